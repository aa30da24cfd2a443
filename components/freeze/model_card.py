"""model_card.md: the model's purpose, its measured figures, and its limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.freeze import decision_card, formats_card, model_card_tables
from components.freeze.conclusions import conclusions
from components.shared.data import catalog
from components.shared.model.bundle import FORMATS
from components.shared.runtime.errors import InputError
from components.shared.tracking.record import source_name, text_of
from components.shared.verification import metric_names
from components.shared.verification.decision_file import Decisions
from components.shared.verification.metric_names import IMPOSTORS, VERIFICATION
from components.shared.verification.metrics_file import METRICS
from components.shared.verification.rule_of_three import beyond_evidence, caveats, percent
from components.shared.verification.shortcut_probe import SUSPICIOUS
from components.shared.verification.threshold import EQUAL_ERROR, Threshold, policy_of

FEW = 30
SOURCES = {
    "sample": "Signatures that this pipeline generated from a seed: no real person's data, "
    "no licence needed.",
    "cedar": "CEDAR, signatures of 55 writers: research data of the University at Buffalo. "
    "Personal data of real people, not to be redistributed; a product needs the agreement of those "
    "who hold the rights.",
}
THRESHOLD_HEADER = (
    "against",
    "references",
    "chosen for",
    "distance",
    "val identities, impostors",
    "FAR on test",
    "FRR on test",
    "identities, comparisons or probes",
)
TEMPLATE = Path(__file__).with_name("card_template.md")


@dataclass(frozen=True)
class CardData:
    """The content of a model card.

    Attributes:
        image_counts: number of identities, genuine images and forgeries in the data.
        metrics: values by name, as `verification/skilled/refs_1/eer`.
        manifest: content of manifest.json.
        params: the recorded ones of the data, the training and the evaluation, by dotted names.
        decisions: what val decided.
    """

    image_counts: Mapping[str, int]
    metrics: Mapping[str, float]
    manifest: Mapping[str, Any]
    params: Mapping[str, str]
    decisions: Decisions

    @property
    def target(self) -> str:
        """The policy of `evaluate.target`."""
        return policy_of(self.params.get("evaluate.target", EQUAL_ERROR))


def render(card: CardData) -> str:
    """Renders the model card as Markdown.

    Raises:
        InputError: a figure is missing that belongs to another.
    """
    try:
        return _render(card)
    except KeyError as missing:
        raise InputError(
            f"{METRICS} of the evaluation lacks the figure {missing}; run evaluate again"
        ) from missing


def _render(card: CardData) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in card.manifest["versions"].items())
    code = card.manifest["code"]
    revision = code["revision"] or "unknown"
    if code["dirty"]:
        revision += ", with uncommitted changes"
    return TEMPLATE.read_text(encoding="utf-8").format(
        data=_data(card.image_counts),
        source=_source(source_name(card.params)),
        weights=text_of(card.params, "train.weights") or "not recorded",
        conclusions=_bullets(conclusions(card.metrics)),
        figures="\n\n".join(filter(None, _figures(card))),
        floors=model_card_tables.floors(card.metrics),
        probe=model_card_tables.shortcut_probes(card.metrics),
        decision=decision_card.describe(card.decisions, card.metrics, card.target),
        thresholds=_thresholds(card),
        formats=formats_card.describe(card.manifest.get(FORMATS, {})),
        limits=_bullets(_limits(card)),
        versions=versions[:1].upper() + versions[1:],
        revision=revision,
        difference=max(card.manifest["parity"].values()),
        **card.manifest["normalisation"],
    )


def _data(counts: Mapping[str, int]) -> str:
    text = "{identities} identities, {genuine} genuine images, {forgery} forgeries.".format(
        **counts
    )
    if disguised := counts.get(catalog.DISGUISED):
        text += f" {disguised} disguised signatures are in no figure but their own."
    return text


def count_images(raw: Path) -> dict[str, int]:
    """Counts the identities, genuine images and forgeries that `raw`/catalog.csv lists."""
    table = catalog.read(raw)
    kinds = table["kind"].value_counts()
    counts = {kind: int(kinds.get(kind, 0)) for kind in ("genuine", "forgery")}
    if catalog.DISGUISED in kinds:
        counts[catalog.DISGUISED] = int(kinds[catalog.DISGUISED])
    return {"identities": int(table["identity"].nunique()), **counts}


def _figures(card: CardData) -> list[str]:
    """Returns the tables of all figures, of each collection by itself, of disguised signatures."""
    return [
        model_card_tables.performance(card.metrics),
        model_card_tables.collections(card.metrics),
        model_card_tables.disguised(card.metrics, card.target),
    ]


def _source(name: str | None) -> str:
    """Describes the origin and licence of data of a name."""
    if name in SOURCES:
        return SOURCES[name]
    label = f"“{name}”" if name else "Not recorded"
    return (
        f"{label}: origin and licence are unknown to this pipeline; "
        "state them here before the model is passed on."
    )


def _bullets(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _thresholds(card: CardData) -> str:
    rows = []
    for threshold in card.decisions.thresholds:
        impostors = IMPOSTORS.get(threshold.kind, threshold.kind)
        rates = model_card_tables.carried_rates(card.metrics, threshold, card.target)
        row = [impostors, str(threshold.references), _policy(threshold), _distance(threshold)]
        rows.append([*row, _basis(threshold), *(rates or ["–"] * 3)])
    absent = "None: there were no validation identities."
    return model_card_tables.markdown(THRESHOLD_HEADER, rows, absent)


def _policy(threshold: Threshold) -> str:
    if threshold.policy == EQUAL_ERROR:
        return "equal error rates"
    policy = model_card_tables.false_acceptances(threshold.policy)
    if beyond_evidence(threshold):
        policy += f", fewer than val can show ({percent(threshold.least_far or 1)})"
    return policy


def _basis(threshold: Threshold) -> str:
    """Returns the numbers of identities and impostors of val, which earlier files do not have."""
    if threshold.n_identities is None or threshold.n_impostors is None:
        return "–"
    return f"{threshold.n_identities:,}, {threshold.n_impostors:,}"


def _distance(threshold: Threshold) -> str:
    distance = f"{threshold.threshold:.4f}"
    if threshold.smallest_gap is not None:
        distance += f", gap {threshold.smallest_gap:.4f}"
    return distance


def _limits(card: CardData) -> list[str]:
    limits = [
        "The figures hold for images collected like these; other pens, scanners or cameras need "
        "their own test.",
        "A limit or threshold is an agreement about errors, not a property of the model: choose it "
        "anew on data of your own.",
    ]
    shift = text_of(card.params, "evaluate.decision.scanner_shift")
    limits += decision_card.known_limits(card.decisions, shift)
    limits += caveats(card.decisions.thresholds, decided=card.decisions.policies)
    if rejected := card.metrics.get(metric_names.N_REJECTED):
        limits.append(
            f"{rejected:,.0f} images of the data could not be used and are in no comparison: a "
            "device that meets such images refuses or errs more often than FAR and FRR say."
        )
    if not any(key.startswith(f"{VERIFICATION}/skilled/") for key in card.metrics):
        limits.append("Skilled forgeries were not measured: nothing is known about imitations.")
    identities = [
        int(value)
        for key, value in card.metrics.items()
        if key.startswith(f"{VERIFICATION}/") and "n_id" in key
    ]
    if identities and min(identities) < FEW:
        limits.append(
            f"Figures stand on {min(identities)} identities only: other people may do much better "
            "or worse."
        )
    probe = card.metrics.get(f"{metric_names.probe('prepared')}/auc")
    if probe is not None and probe > SUSPICIOUS:
        limits.append(
            f"Warning: tone and edge statistics alone tell forged from genuine with an AUC of "
            f"{probe:.3f}: figures for skilled forgeries may owe much to how the data was "
            "collected."
        )
    return limits
