"""model_card.md: what the model is for, what it was measured to do, and where it must not be trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

PERCENT = {"eer", "eer_user", "far_at_threshold", "frr_at_threshold", "accuracy"}
FRR_AT_FAR = "frr_at_far_"
LABELS = {
    "eer": "equal error rate",
    "eer_user": "equal error rate, a threshold for each identity",
    "auc": "area under the ROC",
    "far_at_threshold": "false acceptances at the threshold below",
    "frr_at_threshold": "false rejections at the threshold below",
}
KIND_COLUMN = ("genuine", "forgery")
KINDS = {"skilled": "skilled forgeries", "random": "random forgeries"}
POLICIES = {"equal_error": "equal error rates"}

TEMPLATE = Path(__file__).with_name("card_template.md")


@dataclass(frozen=True)
class Facts:
    """What the card tells.

    Attributes:
        catalogue: number of identities, genuine images and forgeries in the data.
        metrics: figures by name, `verification/skilled/refs_1/eer` and the like.
        manifest: content of manifest.json.
    """

    catalogue: Mapping[str, int]
    metrics: Mapping[str, float]
    manifest: Mapping[str, Any]


def render(facts: Facts) -> str:
    """The model card as Markdown."""
    versions = ", ".join(f"{name} {version}" for name, version in facts.manifest["versions"].items())
    return TEMPLATE.read_text(encoding="utf-8").format(
        data="{identities} identities, {genuine} genuine images, {forgery} forgeries.".format(**facts.catalogue),
        figures=_table(["figure", "value", "interval", "identities"], _figures(facts.metrics)),
        thresholds=_thresholds(facts.manifest["thresholds"]),
        limits="\n".join(f"- {limit}" for limit in _limits(facts)),
        versions=versions[:1].upper() + versions[1:],
        revision=facts.manifest["code"]["revision"] or "unknown",
        difference=max(facts.manifest["parity"].values()),
        **facts.manifest["normalisation"],
    )


def count(catalogue: Path) -> dict[str, int]:
    """Numbers of identities, genuine images and forgeries in catalog.csv."""
    table = pd.read_csv(catalogue, dtype={"identity": str})
    kinds = table["kind"].value_counts()
    return {"identities": int(table["identity"].nunique()), **{kind: int(kinds.get(kind, 0)) for kind in KIND_COLUMN}}


def _figures(metrics: Mapping[str, float]) -> list[list[str]]:
    rows = []
    for group in sorted({key.rpartition("/")[0] for key in metrics if key.startswith("verification/")}):
        _, kind, references = group.split("/")
        subject = f"{KINDS.get(kind, kind)}, {references.removeprefix('refs_')} reference(s)"
        at_far = {name: f"false rejections at {_far(name)}" for name in _leaves(metrics, f"{group}/{FRR_AT_FAR}")}
        for leaf, label in {**LABELS, **at_far}.items():
            if f"{group}/{leaf}" in metrics:
                rows.append(_figure(f"{subject}: {label}", f"{group}/{leaf}", metrics))
    for key in sorted(key for key in metrics if key.startswith("identification/") and key.endswith("/accuracy")):
        references = key.split("/")[1].removeprefix("refs_")
        rows.append(_figure(f"identification from {references} references: accuracy", key, metrics))
    return rows


def _figure(label: str, key: str, metrics: Mapping[str, float]) -> list[str]:
    group, _, leaf = key.rpartition("/")
    bounds = [metrics.get(f"{key}_ci_{end}") for end in ("low", "high")]
    interval = " to ".join(_number(leaf, bound) for bound in bounds if bound is not None)
    identities = metrics.get(f"{group}/n_identities")
    return [label, _number(leaf, metrics[key]), interval or "–", "–" if identities is None else f"{identities:.0f}"]


def _number(leaf: str, value: float) -> str:
    return f"{100 * value:.1f} %" if leaf in PERCENT or leaf.startswith(FRR_AT_FAR) else f"{value:.3f}"


def _leaves(metrics: Mapping[str, float], prefix: str) -> list[str]:
    """The last parts of the names that begin so, without the ends of intervals."""
    return sorted({key.rpartition("/")[2].partition("_ci_")[0] for key in metrics if key.startswith(prefix)})


def _far(name: str) -> str:
    """`1 % false acceptances` for `far_1pct`, `frr_at_far_1pct`."""
    return f"{name.rpartition('far_')[2].removesuffix('pct')} % false acceptances"


def _thresholds(thresholds: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for row in thresholds:
        kind, policy = KINDS.get(row["kind"], row["kind"]), POLICIES.get(row["policy"]) or _far(row["policy"])
        rows.append([kind, str(row["references"]), policy, f"{row['threshold']:.4f}"])
    return _table(["against", "references", "chosen for", "distance"], rows)


def _limits(facts: Facts) -> list[str]:
    limits = [
        "The figures hold for images collected like these; other pens, scanners or cameras need their own test.",
        "A threshold is an agreement about errors, not a property of the model: choose it anew on data of your own.",
    ]
    if not any(key.startswith("verification/skilled/") for key in facts.metrics):
        limits.append("The data holds no skilled forgeries: nothing is known about imitations.")
    probe = facts.metrics.get("probe/prepared/auc")
    if probe is not None:
        limits.append(
            f"Tone and edge statistics alone tell forged from genuine with an AUC of {probe:.3f} after normalisation: "
            "as far as that exceeds 0.5, figures for skilled forgeries may owe something to how the data was collected."
        )
    return limits


def _table(header: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return "None."
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, ["---"] * len(header), *rows])
