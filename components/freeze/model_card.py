"""model_card.md: what the model is for, what it was measured to do, and where it must not be
trusted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from components.freeze import model_card_tables as figures
from components.shared.data import catalog
from components.shared.verification import metric_names
from components.shared.verification.metric_names import IMPOSTORS, VERIFICATION
from components.shared.verification.shortcut_probe import SUSPICIOUS
from components.shared.verification.threshold import EQUAL_ERROR, Threshold, policy_of

FEW = 30
SOURCES = {
    "sample": "Signatures that this pipeline generated from a seed: no real person's data, no licence needed.",
    "cedar": "CEDAR, signatures of 55 writers: research data of the University at Buffalo. Personal data of real "
    "people, not to be redistributed; a product needs the agreement of those who hold the rights.",
}
THRESHOLD_HEADER = (
    "against",
    "references",
    "chosen for",
    "distance",
    "FAR on test",
    "FRR on test",
    "identities, comparisons",
)
TEMPLATE = Path(__file__).with_name("card_template.md")


@dataclass(frozen=True)
class Facts:
    """What the card tells.

    Attributes:
        catalogue: number of identities, genuine images and forgeries in the data.
        metrics: figures by name, `verification/skilled/refs_1/eer` and the like.
        thresholds: chosen on val.
        manifest: content of manifest.json.
        params: of the data, the training and the evaluation, by their dotted names, as far as they
            are recorded.
    """

    catalogue: Mapping[str, int]
    metrics: Mapping[str, float]
    thresholds: Sequence[Threshold]
    manifest: Mapping[str, Any]
    params: Mapping[str, str]


def render(facts: Facts) -> str:
    """The model card as Markdown."""
    versions = ", ".join(
        f"{name} {version}" for name, version in facts.manifest["versions"].items()
    )
    code = facts.manifest["code"]
    return TEMPLATE.read_text(encoding="utf-8").format(
        data="{identities} identities, {genuine} genuine images, {forgery} forgeries.".format(
            **facts.catalogue
        ),
        source=_source(facts.params.get("ingest.source")),
        weights=facts.params.get("train.weights", "not recorded"),
        figures=figures.measured(facts.metrics),
        floors=figures.floors(facts.metrics),
        probe=figures.probes(facts.metrics),
        thresholds=_thresholds(facts),
        limits="\n".join(f"- {limit}" for limit in _limits(facts)),
        versions=versions[:1].upper() + versions[1:],
        revision=(code["revision"] or "unknown")
        + (", with uncommitted changes" if code["dirty"] else ""),
        difference=max(facts.manifest["parity"].values()),
        **facts.manifest["normalisation"],
    )


def count(raw: Path) -> dict[str, int]:
    """Counts the identities, genuine images and forgeries that `raw`/catalog.csv lists."""
    table = catalog.read(raw)
    kinds = table["kind"].value_counts()
    counts: dict[str, int] = {kind: int(kinds.get(kind, 0)) for kind in catalog.KINDS}
    return {"identities": int(table["identity"].nunique()), **counts}


def _source(name: str | None) -> str:
    """What is known of the data's origin and licence; of a path or an address only its last part is
    told.
    """
    if name in SOURCES:
        return SOURCES[name]
    named = f"“{PurePosixPath(name.partition('?')[0]).name}”" if name else "Not recorded"
    return f"{named}: origin and licence are unknown to this pipeline; state them here before the model is passed on."


def _thresholds(facts: Facts) -> str:
    measured = policy_of(facts.params.get("evaluate.target", EQUAL_ERROR))
    rows = []
    for chosen in facts.thresholds:
        policy = "equal error rates" if chosen.policy == EQUAL_ERROR else figures.far(chosen.policy)
        distance = f"{chosen.threshold:.4f}"
        if chosen.smallest_gap is not None:
            distance += f", gap {chosen.smallest_gap:.4f}"
        rates = None
        if chosen.policy == measured:
            rates = figures.errors(
                facts.metrics, metric_names.verification(chosen.kind, chosen.references)
            )
        kind = IMPOSTORS.get(chosen.kind, chosen.kind)
        rows.append([kind, str(chosen.references), policy, distance, *(rates or ["–"] * 3)])
    return figures.table(THRESHOLD_HEADER, rows, "None: there were no validation identities.")


def _limits(facts: Facts) -> list[str]:
    limits = [
        "The figures hold for images collected like these; other pens, scanners or cameras need their own test.",
        "A threshold is an agreement about errors, not a property of the model: choose it anew on data of your own.",
    ]
    if not any(key.startswith(f"{VERIFICATION}/skilled/") for key in facts.metrics):
        limits.append("Skilled forgeries were not measured: nothing is known about imitations.")
    identities = [
        int(value)
        for key, value in facts.metrics.items()
        if key.startswith(f"{VERIFICATION}/") and "n_id" in key
    ]
    if identities and min(identities) < FEW:
        limits.append(
            f"Figures stand on {min(identities)} identities only: other people may do much better or worse."
        )
    probe = facts.metrics.get(f"{metric_names.probe('prepared')}/auc")
    if probe is not None and probe > SUSPICIOUS:
        limits.append(
            f"Warning: tone and edge statistics alone tell forged from genuine with an AUC of {probe:.3f}: figures for "
            "skilled forgeries may owe much to how the data was collected."
        )
    return limits
