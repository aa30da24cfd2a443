"""The answer in one sentence, and the tables of it, for people: figures with intervals, and what they stand on."""

from collections.abc import Sequence
from typing import NamedTuple

from components.evaluate.cells import aligned, between, counts, hundredth, number, percent, signed
from components.evaluate.measure import VAL
from components.evaluate.params import EvaluateParams

Metrics = dict[str, float]
KINDS = ("skilled", "random")
FLOORS = {"untrained": "the same network, untrained", "hog": "HOG", "best_statistic": "the best single statistic"}


class Row(NamedTuple):
    """One line of the results table, as text, figures with their intervals; what is not known is empty."""

    kind: str
    references: str
    eer: str
    eer_user: str
    auc: str
    frr: str
    identities: str
    comparisons: str


class Carried(NamedTuple):
    """FAR and FRR at the threshold that val chose, as text."""

    kind: str
    references: str
    far: str
    frr: str
    identities: str
    comparisons: str


class Floor(NamedTuple):
    """What the same comparisons give without training, and trained − untrained in points, as text."""

    kind: str
    name: str
    eer: str
    gain: str
    identities: str
    comparisons: str


def reported(metrics: Metrics, params: EvaluateParams) -> Metrics:
    """The figures of the part that the report is about, under the names that test's have."""
    if params.reported == "test":
        return metrics
    return {name.removeprefix(VAL): value for name, value in metrics.items() if name.startswith(VAL)}


def rows(metrics: Metrics, params: EvaluateParams) -> list[Row]:
    """The verification figures, one row for each kind and number of references that was measured."""
    result = []
    for kind, references, key in _verifications(metrics, params, "eer"):
        eer, user, frr = (percent(metrics, f"{key}/{f}") for f in ("eer", "eer_user", f"frr_at_{params.far_name}"))
        auc = number(metrics, f"{key}/auc")
        result.append(Row(kind, str(references), eer, user, auc, frr, *counts(metrics, key)))
    return result


def carried(metrics: Metrics, params: EvaluateParams) -> list[Carried]:
    """The errors at the thresholds that val chose, where it chose any."""
    result = []
    for kind, references, key in _verifications(metrics, params, "far_at_threshold"):
        far, frr = (percent(metrics, f"{key}/{rate}_at_threshold") for rate in ("far", "frr"))
        result.append(Carried(kind, str(references), far, frr, *counts(metrics, key)))
    return result


def floors(metrics: Metrics) -> list[Floor]:
    """What the same comparisons give without training."""
    result = []
    for kind in KINDS:
        for floor, name in FLOORS.items():
            key = f"floor/{floor}/{kind}/refs_1/eer"
            if key in metrics:
                gain = signed(metrics, f"{key}_difference")
                basis = counts(metrics, f"verification/{kind}/refs_1")
                result.append(Floor(kind, name, percent(metrics, key), gain, *basis))
    return result


def identification(metrics: Metrics, params: EvaluateParams) -> str:
    """Rank-1 identification in words; empty where it was not measured."""
    key = f"identification/refs_{params.references}"
    if f"{key}/accuracy" not in metrics:
        return ""
    identities, probes = (f"{metrics[f'{key}/{name}']:,.0f}" for name in ("n_identities", "n_probes"))
    share = percent(metrics, f"{key}/accuracy")
    basis = f"{identities} identities, {probes} probes"
    return f"identification, {params.references} references: {share} % right at rank 1; {basis}"


def header(params: EvaluateParams) -> Row:
    """The names of the columns of `rows`."""
    frr = f"FRR@FAR {params.far * 100:g} %"
    return Row("impostor", "refs", "EER % (95 % interval)", "EER/id %", "AUC", frr, "identities", "comparisons")


def carried_header() -> Carried:
    """The names of the columns of `carried`."""
    return Carried("impostor", "refs", "FAR % (95 % interval)", "FRR %", "identities", "comparisons")


def floor_header() -> Floor:
    """The names of the columns of `floors`."""
    return Floor(
        "impostor", "without training", "EER % (95 % interval)", "trained − this, points", "identities", "comparisons"
    )


def target(params: EvaluateParams) -> str:
    """What thresholds are chosen for, in words."""
    return "equal error" if params.target == "equal_error" else f"FAR ≤ {params.target * 100:g} %"


def sentence(metrics: Metrics, params: EvaluateParams) -> str:
    """The answer: the single-reference EER on skilled forgeries, or on random ones, and whether training helped."""
    kind = next((k for k in KINDS if f"verification/{k}/refs_1/eer" in metrics), None)
    if kind is None:
        return f"The {params.reported} images allow no comparison of one identity with another."
    key, floor = f"verification/{kind}/refs_1", f"floor/untrained/{kind}/refs_1/eer"
    impostors = "skilled forgeries" if kind == "skilled" else "other identities' images"
    unseen = "unseen" if params.reported == "test" else "val"
    identities, comparisons = counts(metrics, key)
    stands_on = [f"{identities} {unseen} identities", f"{comparisons} comparisons"]
    within = between(metrics, f"{key}/eer")
    told = f"With one reference, {impostors} are told from genuine images at an equal error rate of "
    told += f"{hundredth(metrics, f'{key}/eer')} % ("
    told += ", ".join([f"95 % interval {within} %"] * bool(within) + stands_on) + ")"
    if floor not in metrics:
        return told + "."
    interval = between(metrics, floor)
    untrained = f"{hundredth(metrics, floor)} %" + (f" ({interval} %)" if interval else "")
    return f"{told}; on the same comparisons the untrained network has {untrained}{_verdict(metrics, floor)}."


def text(metrics: Metrics, params: EvaluateParams, probed: Sequence[str] = ()) -> str:
    """The results as aligned plain text, what was `probed` for shortcuts below them, the sentence last."""
    own = reported(metrics, params)
    blocks = [aligned([header(params), *rows(own, params)])]
    if at_threshold := carried(own, params):
        title = f"at the threshold that val chose for {target(params)}"
        blocks.append("\n".join([title, aligned([carried_header(), *at_threshold])]))
    if untrained := floors(own):
        blocks.append(aligned([floor_header(), *untrained]))
    if probed:
        blocks.append("\n".join(probed))
    blocks += [told for told in (identification(own, params), notice(params), sentence(own, params)) if told]
    return "\n\n".join(blocks)


def notice(params: EvaluateParams) -> str:
    """What a reader must know before the figures; empty where there is nothing."""
    told = []
    if params.reported == "val":
        told.append("These are figures of the val identities, on which the checkpoint was chosen; test was not read.")
    if params.bootstrap == 0:
        told.append("Intervals are switched off (evaluate.bootstrap: 0).")
    return " ".join(told)


def _verifications(metrics: Metrics, params: EvaluateParams, figure: str) -> list[tuple[str, int, str]]:
    """Kind, number of references and key of the verifications that have the figure."""
    every = [(kind, count, f"verification/{kind}/refs_{count}") for kind in KINDS for count in (1, params.references)]
    return [one for one in every if f"{one[2]}/{figure}" in metrics]


def _verdict(metrics: Metrics, floor: str) -> str:
    high, low = (metrics.get(f"{floor}_difference_ci_{end}") for end in ("high", "low"))
    if high is None or low is None:
        return ""
    if high < 0:
        return ", and the gain is more than chance"
    return ", and the loss is more than chance" if low > 0 else ", and the difference may be chance"
