"""Verification: whether a questioned image is the claimed person's, answered in full."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from components.shared.verification import measured_rates, verbal_scale
from components.shared.verification.decision_limits import Limits
from components.shared.verification.measured_rates import MeasuredRates
from serving.engine.claims import claim
from serving.engine.model import ServedModel
from serving.engine.more_references import MoreReferences, advise


class Verification(NamedTuple):
    """The answer to a claim.

    Attributes:
        outcome: `accept`, `review` or `reject`.
        llr: natural log-likelihood ratio of a genuine image against each kind of impostor, no
            stronger than the data support.
        grade: that against the kind that decided, in words of ENFSI's verbal scale.
        kind: of impostor that decided, `skilled` or `random`.
        policy: that was asked for.
        limits: of the evidence, by which it was decided; those of the number of references.
        evidence: that was held against the limits: the LLR of `kind` before it is bounded.
        distances: to each reference, [k].
        nearest: index of the nearest reference.
        spread: mean distance among the references; None of one.
        rates: error rates of this policy on test, with the most references measured that the
            claim has or exceeds; None where they were not measured.
        more_references: how many would help; None where more would not.
    """

    outcome: str
    llr: Mapping[str, float]
    grade: str
    kind: str
    policy: str
    limits: Limits
    evidence: float
    distances: list[float]
    nearest: int
    spread: float | None
    rates: MeasuredRates | None
    more_references: MoreReferences | None


def verify(
    model: ServedModel, references: ArrayLike, probe: ArrayLike, policy: str
) -> Verification:
    """Answers a claim.

    Args:
        model: that computed the embeddings.
        references: float [k, D], of the claimed person, k at least 1.
        probe: float [D], of the questioned image.
        policy: one of `model.policies`.

    Raises:
        KeyError: the model has no such policy.
        ValueError: the embeddings are not of the model's space, or there is no reference.
    """
    asked = claim(references, probe, model.dimension)
    decision, count = model.decision, len(asked.references)
    answer = decision.answer(asked.references, asked.probe, policy)
    limits = decision.limits(answer.kind, count, policy)
    if limits is None:
        raise KeyError(policy)
    return Verification(
        outcome=answer.outcome,
        llr=answer.llr,
        grade=verbal_scale.in_words(answer.llr[answer.kind], answer.kind),
        kind=answer.kind,
        policy=policy,
        limits=limits,
        evidence=answer.evidence,
        distances=answer.distances,
        nearest=int(np.argmin(answer.distances)),
        spread=answer.spread,
        rates=measured_rates.lookup(model.rates, answer.kind, count, policy),
        more_references=advise(decision, count, policy),
    )
