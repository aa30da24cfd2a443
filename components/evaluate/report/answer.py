"""The answer of an evaluation, in sentences."""

from collections.abc import Sequence

from components.evaluate.params import EvaluateParams
from components.evaluate.report.display_tables import target_in_words
from components.evaluate.report.formatting import (
    Metrics,
    percent_interval,
    percent_value,
    sample_sizes,
)
from components.shared.verification.floors import (
    IMPOSTOR_IMAGES,
    gain,
    outcome,
    rates_at_threshold,
    strongest_floor,
)
from components.shared.verification.metric_names import KINDS, verification
from components.shared.verification.threshold import Threshold, lookup


def sentences(
    metrics: Metrics,
    params: EvaluateParams,
    thresholds: Sequence[Threshold] = (),
    shipped: bool = False,
) -> list[str]:
    """Returns the answer, its most important sentence first.

    Args:
        metrics: of the reported part, under the names that those of test have.
        params: of the step.
        thresholds: chosen on val.
        shipped: whether the model is a shipped one on other data, where the first question is what
            its own threshold does.
    """
    gains = [gain(metrics, kind) for kind in _measured_kinds(metrics)[:1]]
    answer = [error_rate_sentence(metrics, params), *filter(None, gains)]
    decisions = threshold_sentence(metrics, params, thresholds, shipped)
    if not decisions:
        return answer
    return [decisions, *answer] if shipped else [*answer, decisions]


def error_rate_sentence(metrics: Metrics, params: EvaluateParams) -> str:
    """Returns the single-reference EER, on skilled forgeries or else on random ones, in a sentence.

    It names the strongest floor, and says whether that is beaten beyond chance.
    """
    if "deployed" not in params.protocols:
        return (
            "Without the protocol 'deployed' nothing is said about a threshold chosen beforehand."
        )
    kinds = _measured_kinds(metrics)
    if not kinds:
        return f"The {params.reported} images allow no comparison of one identity with another."
    kind = kinds[0]
    group = verification(kind, 1)
    identities, comparisons = sample_sizes(metrics, group)
    interval = percent_interval(metrics, f"{group}/eer")
    facts = [f"95 % interval {interval} %"] if interval else []
    facts += [f"{identities} {params.reported} identities", f"{comparisons} comparisons"]
    answer = (
        f"With one reference, {IMPOSTOR_IMAGES[kind]} are told from genuine images at an equal "
        f"error rate of {percent_value(metrics, f'{group}/eer')} % ({', '.join(facts)})"
    )
    return f"{answer}{_against_floor(metrics, kind)}."


def threshold_sentence(
    metrics: Metrics, params: EvaluateParams, thresholds: Sequence[Threshold], shipped: bool
) -> str:
    """Returns the outcome of the target's single-reference threshold, in a sentence.

    It is that on skilled forgeries or else on random ones; empty where it was not measured.
    """
    for kind in KINDS:
        threshold = lookup(thresholds, kind, 1, params.target_name)
        rates = rates_at_threshold(metrics, verification(kind, 1))
        if threshold is not None and rates is not None:
            owner = "the model's own threshold" if shipped else "the threshold that val chose"
            policy = f"{target_in_words(params)}, distance {threshold.threshold:.3f}"
            return f"At {owner} ({policy}), {outcome(*rates, kind)}."
    return ""


def _measured_kinds(metrics: Metrics) -> list[str]:
    """Returns the kinds of impostors with a single-reference EER, skilled forgeries first."""
    return [kind for kind in KINDS if f"{verification(kind, 1)}/eer" in metrics]


def _against_floor(metrics: Metrics, kind: str) -> str:
    """Returns the comparison with the strongest floor; empty where none was measured."""
    floor = strongest_floor(metrics, kind)
    if floor is None:
        return ""
    interval = percent_interval(metrics, floor.key)
    eer = f"{percent_value(metrics, floor.key)} %" + (f" ({interval} %)" if interval else "")
    return (
        f"; the strongest floor on the same comparisons, {floor.name}, has {eer} and "
        f"{floor.verdict}"
    )
