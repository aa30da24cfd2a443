"""Sentences on the decision: what the evidence gains, and what the limits that val chose do."""

from components.evaluate.params import REVIEW, EvaluateParams
from components.evaluate.report.formatting import (
    Metrics,
    percent_interval,
    percent_value,
    points_better,
    policy_in_words,
)
from components.shared.verification.floors import counts, outcome, rates_at_threshold
from components.shared.verification.metric_names import (
    EER_GAIN,
    KINDS,
    REVIEWED,
    carried_rate,
    decision,
    disguised,
    disguised_references,
)


def rate(metrics: Metrics, key: str) -> str:
    """Returns a rate with its interval, `16.2 % (14.0–18.3 %)`, or without."""
    interval = percent_interval(metrics, key)
    return f"{percent_value(metrics, key)} %" + (f" ({interval} %)" if interval else "")


def gain_sentence(metrics: Metrics, params: EvaluateParams) -> str:
    """Returns the decision's EER with several references, and its gain, in a sentence.

    Where several were not measured it is the gain with one; empty where there is no decision.
    """
    groups = _groups(metrics, params)
    if not groups:
        return ""
    references, group = list(groups.items())[-1]
    gain = f"{group}/{EER_GAIN}"
    facts = []
    if references > 1:
        eer = rate(metrics, f"{group}/eer")
        facts.append(f"with {references} references the equal error rate is {eer}")
    if gain in metrics:
        facts.append(f"the evidence tells {points_better(metrics, gain)}")
    sentence = ": ".join(facts)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""


def limit_sentence(metrics: Metrics, params: EvaluateParams, shipped: bool) -> str:
    """Returns the outcome of the target's limits, in a sentence; empty without a decision.

    Args:
        metrics: of the reported part, under the names that those of test have.
        params: of the step.
        shipped: whether the limits came with the model.
    """
    sentence = ""
    for references, group in _groups(metrics, params).items():
        rates = rates_at_threshold(metrics, group)
        if rates is None:
            continue
        if sentence:
            passed, refused = counts(rates)
            sentence += f"; with {references} references {passed} and {refused}"
        else:
            owner = "the model's own limit" if shipped else "the limit that val chose"
            policy = policy_in_words(params.target_name)
            sentence = f"At {owner} ({policy}), {_outcome(references, rates, _kind(metrics))}"
    return f"{sentence}." if sentence else ""


def review_sentence(metrics: Metrics, params: EvaluateParams) -> str:
    """Returns the outcome of the policy `review`, with the most references, in a sentence.

    Empty where it was not measured, or leaves nothing to a person.
    """
    for references, group in reversed(_groups(metrics, params).items()):
        names = {
            name: carried_rate(group, name, REVIEW, params.target_name)
            for name in ("far", "frr", *REVIEWED.values())
        }
        if metrics.keys() >= set(names.values()):
            rates = metrics[names["far"]], metrics[names["frr"]]
            left = metrics[names[REVIEWED["impostor"]]], metrics[names[REVIEWED["genuine"]]]
            impostors, genuine = counts(left)
            return (
                f"Where a person decides in doubt (review), "
                f"{_outcome(references, rates, _kind(metrics))}, and {impostors} and {genuine} of "
                "them are left to the person."
            )
    return ""


def disguised_sentence(metrics: Metrics, params: EvaluateParams) -> str:
    """Returns the outcome of disguised signatures with the most references, in a sentence.

    Empty where none were measured.
    """
    for references in reversed(disguised_references(metrics)):
        names = [
            carried_rate(disguised(references), outcome, params.target_name, params.target_name)
            for outcome in ("accepted", "rejected")
        ]
        if metrics.keys() >= set(names):
            accepted, rejected = counts([metrics[name] for name in names])
            plural = "" if references == 1 else "s"
            return (
                f"Of disguised signatures, whose author wants to deny them, {accepted} are accepted"
                f" and {rejected} rejected with {references} reference{plural}, at the limits that "
                "val chose."
            )
    return ""


def _groups(metrics: Metrics, params: EvaluateParams) -> dict[int, str]:
    """Returns the groups of the kind that decides, by their numbers of references."""
    groups = {count: decision(_kind(metrics), count) for count in (1, params.references)}
    return {count: group for count, group in groups.items() if f"{group}/eer" in metrics}


def _kind(metrics: Metrics) -> str:
    """Returns the kind of impostor that decides: skilled where it was measured."""
    skilled, random = KINDS
    prefix = decision(skilled, 1).removesuffix("1")
    return skilled if any(name.startswith(prefix) for name in metrics) else random


def _outcome(references: int, rates: tuple[float, float], kind: str) -> str:
    """Describes error rates as `outcome`, with the number of references where it is not one."""
    words = outcome(*rates, kind)
    return words if references == 1 else f"with {references} references {words}"
