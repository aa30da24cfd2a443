"""The decision: from the embeddings of a claim to evidence and an answer, and decision.json."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.shared.verification.claim_features import ClaimFeatures, describe
from components.shared.verification.comparisons import Floats, Fusion
from components.shared.verification.decision_limits import Limits
from components.shared.verification.evidence_model import Change, EvidenceModel
from components.shared.verification.identification_policy import SearchPolicy
from components.shared.verification.metric_names import KINDS

OTHER_PEOPLE = "random"
"""The kind of impostor that a search is against: others who are enrolled, or not."""
SCALE = 30.0
"""Evidence of ± this or more is one distance: 0 or 2, the bounds of those of unit embeddings."""


class Policy(NamedTuple):
    """The limits that a policy chose on val, for one kind of impostor and number of references.

    Attributes:
        kind: `skilled` or `random`.
        references: how many a claim has.
        policy: its name: `equal_error`, `far_1pct`, `cost`, `review`.
        limits: of the evidence, before it is bounded.
        n_identities: number of identities that it was chosen on.
        n_impostors: number of their comparisons with impostors, those of all draws counted once.
        least_far: the least FAR that these can show, of `rule_of_three`.
    """

    kind: str
    references: int
    policy: str
    limits: Limits
    n_identities: int
    n_impostors: int
    least_far: float


class Usual(NamedTuple):
    """Usual evidence of genuine claims, before it is bounded; every identity counts alike.

    Attributes:
        kind: the impostors that it is against, `skilled` or `random`.
        references: how many a claim has.
        mean: of the evidence.
        deviation: standard deviation of the evidence of claims.
        error: standard error of the mean, over identities.
    """

    kind: str
    references: int
    mean: float
    deviation: float
    error: float


class Answer(NamedTuple):
    """The answer to one claim.

    Attributes:
        outcome: `accept`, `review` or `reject`.
        llr: natural log-likelihood ratio of a genuine image against each kind of impostor.
        kind: the kind that decided.
        distances: to each reference, [k].
        spread: mean distance among the references; None of one.
        evidence: against the kind that decided, before it is bounded.
    """

    outcome: str
    llr: Mapping[str, float]
    kind: str
    distances: list[float]
    spread: float | None
    evidence: float


@dataclass(frozen=True)
class Decision:
    """A model of decisions, fitted on val.

    Attributes:
        models: by kind of impostor.
        most_references: the largest number of references that val could show.
        parts: number of equal parts of an embedding, that of each view.
        policies: limits of the evidence.
        usual: evidence of val's genuine claims; none in files of earlier versions.
        searches: limits of the evidence of searches; none in files of earlier versions.
    """

    models: Mapping[str, EvidenceModel]
    most_references: int
    parts: int
    policies: Sequence[Policy]
    usual: Sequence[Usual] = ()
    searches: Sequence[SearchPolicy] = ()

    @property
    def kind(self) -> str:
        """The kind of impostor that decides: skilled where val had forgeries."""
        return next(kind for kind in KINDS if kind in self.models)

    @property
    def search_kind(self) -> str:
        """The kind of impostor that a search is against: others, where val had them."""
        return OTHER_PEOPLE if OTHER_PEOPLE in self.models else self.kind

    def score(self, kind: str, claim: ClaimFeatures) -> Floats:
        """Computes the evidence [R, m] of claims against a kind, before it is bounded."""
        return self.models[kind].score(claim, self.most_references)

    def fusion(self, kind: str) -> Fusion:
        """Returns the evidence against a kind as a distance, for `comparisons.compare`.

        It falls from 2 to 0 as evidence rises from −`SCALE` to `SCALE`.
        """

        def fuse(genuine: Floats, probes: Floats, references: NDArray[np.bool_]) -> Floats:
            claim = describe(genuine, probes, references, self.parts)
            return as_distance(self.score(kind, claim))

        return fuse

    def llr(self, kind: str, score: ArrayLike) -> Floats:
        """Returns the natural log-likelihood ratios that are answered for evidence."""
        return self.models[kind].bounds.clip(score)

    def limits(self, kind: str, references: int, policy: str) -> Limits | None:
        """Returns a policy's limits; with more references than val could show, those of most."""
        count = min(references, self.most_references)
        for row in self.policies:
            if (row.kind, row.references, row.policy) == (kind, count, policy):
                return row.limits
        return None

    def answer(self, references: ArrayLike, probe: ArrayLike, policy: str) -> Answer:
        """Answers a claim.

        Args:
            references: float [k, D], embeddings of the claimed identity's references.
            probe: float [D], that of the questioned image.
            policy: name of one.

        Raises:
            KeyError: val chose no limits for the policy.
        """
        own = np.asarray(references, np.float64)
        everyone = np.ones((1, len(own)), bool)
        claim = describe(own, np.asarray(probe, np.float64)[None], everyone, self.parts)
        limits = self.limits(self.kind, len(own), policy)
        if limits is None:
            raise KeyError(policy)
        scores = {kind: self.score(kind, claim)[0, 0] for kind in self.models}
        llr = {kind: float(self.llr(kind, score)) for kind, score in scores.items()}
        decided = scores[self.kind]
        outcome = "accept" if decided >= limits.high else "reject"
        if limits.low <= decided < limits.high:
            outcome = "review"
        apart = np.linalg.norm(own - np.asarray(probe, np.float64), axis=1)
        spread = float(np.exp(claim.spread[0]) * np.sqrt(2)) if len(own) > 1 else None
        return Answer(outcome, llr, self.kind, apart.tolist(), spread, float(decided))

    def changed(self, by: Mapping[str, Change]) -> "Decision":
        """Returns the decision whose evidence is changed, by the kind of impostor."""
        models = {kind: model.changed(by[kind]) for kind, model in self.models.items()}
        return replace(self, models=models)


def as_distance(score: ArrayLike) -> Floats:
    """Returns evidence as a distance between 0 and 2, the smaller the more it speaks for a claim.

    >>> as_distance(np.array([0.0, 15.0, 99.0])).tolist()
    [1.0, 0.5, 0.0]
    """
    return np.asarray(1 - np.clip(score, -SCALE, SCALE) / SCALE)


def as_score(distance: ArrayLike) -> Floats:
    """Returns the evidence of a distance of `as_distance`."""
    return np.asarray((1 - np.asarray(distance, np.float64)) * SCALE)
