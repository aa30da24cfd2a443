"""The answer of an evaluation, in sentences."""

from collections.abc import Sequence

from components.evaluate.params import EvaluateParams
from components.evaluate.report.decision_sentences import (
    disguised_sentence,
    gain_sentence,
    limit_sentence,
    rate,
    review_sentence,
)
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
from components.shared.verification.metric_names import KINDS, decided, verification
from components.shared.verification.threshold import Threshold, lookup
from components.shared.verification.worst_collection import worst_collection, worst_sentence


def sentences(
    metrics: Metrics,
    params: EvaluateParams,
    thresholds: Sequence[Threshold] = (),
    shipped: bool = False,
) -> list[str]:
    """Returns the answer, its most important sentence first.

    Of several collections that is on the one on which the model does worst.

    Args:
        metrics: of the reported part, under the names that those of test have.
        params: of the step.
        thresholds: chosen on val.
        shipped: whether the model is a shipped one on other data, where the first question is what
            its own limit does.
    """
    training = [gain(metrics, kind) for kind in _measured_kinds(metrics)[:1]]
    rates = [error_rate_sentence(metrics, params), gain_sentence(metrics, params), *training]
    decisions = [
        threshold_sentence(metrics, params, thresholds, shipped),
        review_sentence(metrics, params),
    ]
    answer = [*decisions, *rates] if shipped else [*rates, *decisions]
    worst = worst_sentence(metrics, params.reported)
    apart = disguised_sentence(metrics, params)
    return [sentence for sentence in (worst, *answer, apart) if sentence]


def error_rate_sentence(metrics: Metrics, params: EvaluateParams) -> str:
    """Returns the single-reference EER, on skilled forgeries or else on random ones, in a sentence.

    It is the decision's where there is one. The strongest floor is named, and whether it is beaten
    beyond chance: by the mean distance, as a floor has nothing else.
    """
    if "deployed" not in params.protocols:
        return (
            "Without the protocol 'deployed' nothing is said about a threshold chosen beforehand."
        )
    kinds = _measured_kinds(metrics)
    if not kinds:
        return f"The {params.reported} images allow no comparison of one identity with another."
    kind = kinds[0]
    group = decided(metrics, kind, 1)
    identities, comparisons = sample_sizes(metrics, group)
    interval = percent_interval(metrics, f"{group}/eer")
    facts = [f"95 % interval {interval} %"] if interval else []
    facts += [f"{identities} {params.reported} identities", f"{comparisons} comparisons"]
    opening = "All collections together, with one" if worst_collection(metrics) else "With one"
    answer = (
        f"{opening} reference, {IMPOSTOR_IMAGES[kind]} are told from genuine images at an equal "
        f"error rate of {percent_value(metrics, f'{group}/eer')} % ({', '.join(facts)})"
    )
    return f"{answer}{_besides(metrics, kind)}."


def threshold_sentence(
    metrics: Metrics, params: EvaluateParams, thresholds: Sequence[Threshold], shipped: bool
) -> str:
    """Returns the outcome of what val chose for the target, in a sentence.

    It is that of the decision's limits, or else of the mean distance's single-reference threshold;
    on skilled forgeries or else on random ones. Empty where it was not measured.
    """
    if sentence := limit_sentence(metrics, params, shipped):
        return sentence
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


def _besides(metrics: Metrics, kind: str) -> str:
    """Returns the mean distance's EER beside the decision's, and that of the strongest floor.

    Empty where there is neither a decision nor a floor.
    """
    plain, floor = verification(kind, 1), strongest_floor(metrics, kind)
    facts = []
    if decided(metrics, kind, 1) != plain:
        how = "by the mean distance alone" + (", as floors are measured," if floor else "")
        facts.append(f"{how} it is {rate(metrics, f'{plain}/eer')}")
    if floor is not None:
        facts.append(
            f"the strongest floor on the same comparisons, {floor.name}, has "
            f"{rate(metrics, floor.key)} and {floor.verdict}"
        )
    return f"; {', and '.join(facts)}" if facts else ""
