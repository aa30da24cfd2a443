"""The decision in a model card: what it weighs, where it decides, and how far its answers go."""

import math

from components.freeze.model_card_tables import Metrics, false_acceptances, markdown, rate_cells
from components.shared.verification import metric_names
from components.shared.verification.decision import Decision, Policy
from components.shared.verification.decision_file import DECISION, Decisions
from components.shared.verification.decision_limits import Limits
from components.shared.verification.metric_names import IMPOSTORS, REVIEWED, allowed_far
from components.shared.verification.rule_of_three import beyond_evidence, percent
from components.shared.verification.verbal_scale import GRADES

NONE = "None: there were too few validation identities. A threshold of the distance decides."
TERMS = {
    "constant": "constant",
    "references": "r",
    "mean_of_one": "mean distance to the references × (1 − r)",
    "mean": "mean distance to the references × r",
    "centre_of_one": "distance to the references' centre × (1 − r)",
    "centre": "distance to the references' centre × r",
    "nearest": "distance to the nearest reference × r",
    "spread": "mean distance among the references × r",
    "variety": "distance between the parts of a reference's embedding",
}
POLICIES = {"equal_error": "equal error rates", "cost": "least cost", "review": "review"}
LIMIT_HEADER = (
    "against",
    "references",
    "chosen for",
    "accepted from LR",
    "val identities, impostors",
    "FAR on test",
    "FRR on test",
    "left to a person: genuine, impostors",
    "identities, comparisons",
)
MOST = 700.0
"""Natural logarithms beyond it are shown as this one."""
FROM_WHOLE = 100
"""From it on likelihood ratios are shown as whole numbers."""


def describe(decisions: Decisions, metrics: Metrics, target: str) -> str:
    """Describes the decision in Markdown: basis, weights, bounds, limits and words.

    Args:
        decisions: what val decided.
        metrics: those of test, by name.
        target: the policy of `evaluate.target`.
    """
    decision = decisions.chosen
    if decision is None:
        return NONE
    blocks = [
        _basis(decisions, decision),
        "Weights of the natural logarithms of distances, which add up to that of the LR; r = "
        "(k − 1) / (k + 1) says how far the spread among k references is relied on:",
        _weights(decision),
        "Limits, chosen on the validation identities only; a claim is accepted from the limit on, "
        "and between two limits left to a person. Those of other numbers of references stand in "
        f"`{DECISION}`:",
        _limits(decision, metrics, target),
        "Words for an LR (ENFSI, 2015); those below 1 are named by their inverse, as support for "
        "the other side:",
        markdown(("LR from", "support"), _words(), ""),
    ]
    return "\n\n".join(blocks)


def known_limits(decisions: Decisions, scanner_shift: str | None) -> list[str]:
    """Returns sentences on how far the decision's answers go; none without a decision.

    Args:
        decisions: what val decided.
        scanner_shift: the parameter `evaluate.decision.scanner_shift`; None: not recorded.
    """
    decision = decisions.chosen
    if decision is None:
        return []
    bounds = [
        f"{_ratio(model.bounds.low)} to {_ratio(model.bounds.high)} against {IMPOSTORS[kind]}"
        for kind, model in decision.models.items()
    ]
    sentences = [
        "An LR is no stronger than the validation identities support, whatever is compared: "
        f"{'; '.join(bounds)}.",
        f"With more than {decision.most_references} references the evidence is that of "
        f"{decision.most_references}: no more were seen.",
        "An LR is about the image alone: how probable an impostor is before it, is not in it.",
    ]
    if decisions.calibration:
        sentences.append(
            "The decision is that of the collection it was calibrated on; its false acceptance "
            "rate there is measured only as far as there were forgeries."
        )
    elif scanner_shift is not None:
        sentences.append(
            "Distances on another scanner are assumed to differ by a factor of "
            f"{math.exp(float(scanner_shift)):.2f} (one standard deviation); how far this holds "
            "for a given one, `python -m components.evaluate --model … --data …` tells."
        )
    return sentences


def _basis(decisions: Decisions, decision: Decision) -> str:
    kinds = " and against ".join(IMPOSTORS[kind] for kind in decision.models)
    most = max((policy.n_identities for policy in decision.policies), default=0)
    sentences = [
        "A claim is k references and a questioned image. It is answered by a likelihood ratio "
        "(LR): how many times as probable the evidence is of a genuine image as of an impostor's, "
        f"against {kinds}; the one against {IMPOSTORS[decision.kind]} decides.",
        f"Fitted to {most:,} validation identities with 1 to {decision.most_references} "
        f"references. `{DECISION}` holds it.",
    ]
    if decisions.calibration:
        facts = ", ".join(f"{name}: {value}" for name, value in decisions.calibration.items())
        sentences.append(f"Calibrated on other images ({facts}).")
    return " ".join(sentences)


def _weights(decision: Decision) -> str:
    header = ["term", *(f"against {IMPOSTORS[kind]}" for kind in decision.models)]
    rows = []
    for name, words in TERMS.items():
        weights = [model.weights.get(name) for model in decision.models.values()]
        if any(weight is not None for weight in weights):
            rows.append([words, *("–" if w is None else _signed(w) for w in weights)])
    return markdown(header, rows, "")


def _limits(decision: Decision, metrics: Metrics, target: str) -> str:
    """Tabulates the policies of the numbers of references that test measured, or else all."""
    groups = {name: metric_names.split(name)[0] for name in metrics}
    measured = [
        policy
        for policy in decision.policies
        if metric_names.decision(policy.kind, policy.references) in groups.values()
    ]
    rows = [_limit_row(policy, metrics, target) for policy in measured or decision.policies]
    return markdown(LIMIT_HEADER, rows, "")


def _limit_row(policy: Policy, metrics: Metrics, target: str) -> list[str]:
    group = metric_names.decision(policy.kind, policy.references)
    rates = rate_cells(metrics, group, ("far", "frr"), policy.policy, target)
    reviewed = rate_cells(metrics, group, tuple(REVIEWED.values()), policy.policy, target)
    far, frr, counts = rates or ["–"] * 3
    return [
        IMPOSTORS[policy.kind],
        str(policy.references),
        _in_words(policy),
        _limit(policy.limits),
        f"{policy.n_identities:,}, {policy.n_impostors:,}",
        far,
        frr,
        ", ".join(reviewed[:2]) if reviewed else "–",
        counts,
    ]


def _in_words(policy: Policy) -> str:
    if allowed_far(policy.policy) is None:
        return POLICIES.get(policy.policy, policy.policy)
    words = false_acceptances(policy.policy)
    if beyond_evidence(policy):
        words += f", fewer than val can show ({percent(policy.least_far)})"
    return words


def _limit(limits: Limits) -> str:
    high = _ratio(limits.high)
    return high if limits.low == limits.high else f"{high}, a person from {_ratio(limits.low)}"


def _words() -> list[list[str]]:
    return [[f"{grade.least:,}", grade.strength] for grade in GRADES]


def _ratio(llr: float) -> str:
    """Returns an LR with three digits, those below 1 as fractions: `1/12`."""
    ratio = math.exp(min(abs(llr), MOST))
    digits = f"{ratio:,.0f}" if ratio >= FROM_WHOLE else f"{ratio:.3g}"
    return digits if llr >= 0 or digits == "1" else f"1/{digits}"


def _signed(weight: float) -> str:
    return f"{weight:+.3f}".replace("-", "−")
