"""model_card.md: what the model is for, what it was measured to do, and where it must not be trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from components.freeze import card_figures as figures
from components.freeze.card_figures import KINDS
from components.shared import catalog
from components.shared.probe import SUSPICIOUS

POLICIES = {"equal_error": "equal error rates"}
FEW = 30
SOURCES = {
    "sample": "Signatures that this pipeline generated from a seed: no real person's data, no licence needed.",
    "cedar": "CEDAR, signatures of 55 writers: research data of the University at Buffalo. Personal data of real "
    "people, not to be redistributed; a product needs the agreement of those who hold the rights.",
}
TEMPLATE = Path(__file__).with_name("card_template.md")


@dataclass(frozen=True)
class Facts:
    """What the card tells.

    Attributes:
        catalogue: number of identities, genuine images and forgeries in the data.
        metrics: figures by name, `verification/skilled/refs_1/eer` and the like.
        manifest: content of manifest.json.
        params: of the data, the training and the evaluation, by their dotted names, as far as they are recorded.
    """

    catalogue: Mapping[str, int]
    metrics: Mapping[str, float]
    manifest: Mapping[str, Any]
    params: Mapping[str, str]


def render(facts: Facts) -> str:
    """The model card as Markdown."""
    versions = ", ".join(f"{name} {version}" for name, version in facts.manifest["versions"].items())
    code = facts.manifest["code"]
    return TEMPLATE.read_text(encoding="utf-8").format(
        data="{identities} identities, {genuine} genuine images, {forgery} forgeries.".format(**facts.catalogue),
        source=_source(facts.params.get("ingest.source")),
        weights=facts.params.get("train.weights", "not recorded"),
        figures=figures.measured(facts.metrics),
        floors=figures.floors(facts.metrics),
        probe=figures.probes(facts.metrics),
        thresholds=_thresholds(facts),
        limits="\n".join(f"- {limit}" for limit in _limits(facts)),
        versions=versions[:1].upper() + versions[1:],
        revision=(code["revision"] or "unknown") + (", with uncommitted changes" if code["dirty"] else ""),
        difference=max(facts.manifest["parity"].values()),
        **facts.manifest["normalisation"],
    )


def count(raw: Path) -> dict[str, int]:
    """Counts the identities, genuine images and forgeries that `raw`/catalog.csv lists."""
    table = catalog.read(raw)
    kinds = table["kind"].value_counts()
    counts = {kind: int(kinds.get(kind, 0)) for kind in catalog.KINDS}
    return {"identities": int(table["identity"].nunique()), **counts}


def _source(name: str | None) -> str:
    """What is known of the data's origin and licence; of a path or an address only its last part is told."""
    if name in SOURCES:
        return SOURCES[name]
    named = f"“{PurePosixPath(name.partition('?')[0]).name}”" if name else "Not recorded"
    return f"{named}: origin and licence are unknown to this pipeline; state them here before the model is passed on."


def _thresholds(facts: Facts) -> str:
    rows = []
    for row in facts.manifest["thresholds"]:
        kind, policy = KINDS.get(row["kind"], row["kind"]), POLICIES.get(row["policy"]) or figures.far(row["policy"])
        gap = row.get("smallest_gap")
        distance = f"{row['threshold']:.4f}" + (f", gap {gap:.4f}" if gap is not None else "")
        carried = row["policy"] == _target(facts.params)
        gave = (
            figures.errors(facts.metrics, f"verification/{row['kind']}/refs_{row['references']}") if carried else None
        )
        rows.append([kind, str(row["references"]), policy, distance, *(gave or ["–"] * 3)])
    header = [
        "against",
        "references",
        "chosen for",
        "distance",
        "FAR on test",
        "FRR on test",
        "identities, comparisons",
    ]
    return figures.table(header, rows, "None: there were no validation identities.")


def _target(params: Mapping[str, str]) -> str:
    """The policy whose errors were measured on test."""
    target = params.get("evaluate.target", "equal_error")
    return target if target == "equal_error" else f"far_{float(target) * 100:g}pct"


def _limits(facts: Facts) -> list[str]:
    limits = [
        "The figures hold for images collected like these; other pens, scanners or cameras need their own test.",
        "A threshold is an agreement about errors, not a property of the model: choose it anew on data of your own.",
    ]
    if not any(key.startswith("verification/skilled/") for key in facts.metrics):
        limits.append("Skilled forgeries were not measured: nothing is known about imitations.")
    identities = [
        int(value) for key, value in facts.metrics.items() if key.startswith("verification/") and "n_id" in key
    ]
    if identities and min(identities) < FEW:
        limits.append(f"Figures stand on {min(identities)} identities only: other people may do much better or worse.")
    probe = facts.metrics.get("probe/prepared/auc")
    if probe is not None and probe > SUSPICIOUS:
        limits.append(
            f"Warning: tone and edge statistics alone tell forged from genuine with an AUC of {probe:.3f}: figures for "
            "skilled forgeries may owe much to how the data was collected."
        )
    return limits
