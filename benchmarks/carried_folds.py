"""Decisions carried from val to the writers of other folds, whose comparisons are pooled."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks import folds, words
from components.evaluate.decision import fitting
from components.evaluate.params import EvaluateParams
from components.evaluate.scoring import confidence_intervals
from components.evaluate.scoring.verification import Verification, verifications
from components.shared.runtime.errors import InputError
from components.shared.verification.comparisons import Scores
from components.shared.verification.decision import Decision, as_distance, as_score
from components.shared.verification.estimate import Estimate, Floats
from components.shared.verification.influence import of_share
from components.shared.verification.likelihood_ratio import Evidence, of_cllr
from components.shared.verification.sampling import Labels

PARAMS = EvaluateParams()
Case = tuple[int, str]
"""Number of references and kind of impostor."""


def number_folds(labels: Labels, collection: NDArray[np.str_], number: int) -> NDArray[np.integer]:
    """Returns int [N], the fold of each image: every collection is divided by itself."""
    result = np.zeros(len(collection), np.intp)
    for name in np.unique(collection):
        rows = np.flatnonzero(collection == name)
        own = select(labels, rows)
        for fold, inside in enumerate(folds.divide(own, number)):
            result[rows[inside]] = fold
    return result


def select(labels: Labels, rows: NDArray[np.generic]) -> Labels:
    """Returns the labels of some images: bool [N], or their numbers."""
    return Labels(labels.identity[rows], labels.forged[rows])


def decide(embeddings: NDArray[np.float32], labels: Labels, views: int) -> Decision:
    """Fits a decision, with the parameters of `evaluate`, to val.

    Args:
        embeddings: float32 [n, D].
        labels: of the n images.
        views: number of views, the equal parts of an embedding.

    Raises:
        InputError: val is too small.
    """
    fitted = fitting.fit(embeddings, labels, PARAMS, views, PARAMS.decision.scanner_shift)
    if fitted is None:
        raise InputError("a fold has too few writers for a decision; take fewer folds")
    return fitted.decision


@dataclass
class CarriedFolds:
    """Comparisons of the folds that were tested, by kind of impostor and number of references.

    Distances are evidence, of `as_distance`.

    Attributes:
        compared: the comparisons of each fold.
        answered: the same by the bounded evidence, which is answered.
        over_limit: the same by the evidence minus the fold's limit for equal error.
        n_identities: of each fold.
    """

    compared: dict[Case, list[Verification]] = field(default_factory=dict)
    answered: dict[Case, list[Verification]] = field(default_factory=dict)
    over_limit: dict[Case, list[Verification]] = field(default_factory=dict)
    n_identities: list[int] = field(default_factory=list)

    def add(
        self,
        decision: Decision,
        embeddings: NDArray[np.float32],
        labels: Labels,
        references: Sequence[int],
    ) -> None:
        """Compares the images of a fold.

        Args:
            decision: of val.
            embeddings: float32 [n, D].
            labels: of the n images.
            references: numbers of references.
        """
        draws = [PARAMS.draws_of(count) for count in references]
        self.n_identities.append(len(np.unique(labels.identity)))
        for kind, model in decision.models.items():
            fuse = decision.fusion(kind)
            for v in verifications(embeddings, labels, draws, fuse=fuse, kinds=[kind]):
                limits = decision.limits(kind, v.references, PARAMS.target_name)
                assert limits
                case = (v.references, kind)
                self.compared.setdefault(case, []).append(v)
                answered = _changed(v, model.bounds.clip)
                self.answered.setdefault(case, []).append(answered)
                over_limit = _changed(v, partial(_minus, limit=limits.low))
                self.over_limit.setdefault(case, []).append(over_limit)

    def eer(self, case: Case) -> Estimate:
        """Estimates the equal error rate."""
        return confidence_intervals.eer(self._pool(self.compared[case]))

    def cllr(self, case: Case) -> Estimate:
        """Estimates the cost of the likelihood ratios, in bits."""
        pooled = self._pool(self.answered[case])
        return of_cllr(_evidence(pooled.genuine), _evidence(pooled.impostor))

    def carried(self, case: Case) -> tuple[Estimate, Estimate]:
        """Estimates FAR and FRR at the limits of val."""
        pooled = self._pool(self.over_limit[case])
        accepted, refused = pooled.scored.errors([float(as_distance(0.0))])[0]
        return of_share(*accepted), of_share(*refused)

    def lines(self, title: str) -> Iterator[str]:
        """Yields the rates of every case in words."""
        yield f"{title}, {sum(self.n_identities)} identities"
        for case in sorted(self.compared):
            references, kind = case
            far, frr = self.carried(case)
            n_pairs = self._pool(self.compared[case]).scored.n_pairs
            yield (
                f"  {kind:<8}{references} references: EER {words.rate(self.eer(case))}, "
                f"FAR {words.rate(far)}, FRR {words.rate(frr)}, "
                f"Cllr {words.cost(self.cllr(case))}; {n_pairs:,} comparisons"
            )

    def differences(self, other: "CarriedFolds", title: str) -> Iterator[str]:
        """Yields the equal error rates minus those of another training, on the same folds."""
        yield title
        for case in sorted(self.compared):
            references, kind = case
            difference = words.difference(self.eer(case), other.eer(case))
            yield f"  {kind:<8}{references} references: {difference} points"

    def _pool(self, parts: Sequence[Verification]) -> Verification:
        genuine = folds.join([part.genuine for part in parts], self.n_identities)
        impostor = folds.join([part.impostor for part in parts], self.n_identities)
        return Verification(parts[0].kind, parts[0].references, genuine, impostor)


def _changed(v: Verification, change: Callable[[Floats], Floats]) -> Verification:
    """Returns the comparisons with their evidence changed."""
    sides = []
    for scores in (v.genuine, v.impostor):
        distance = as_distance(change(as_score(scores.distance))).astype(np.float32)
        sides.append(scores._replace(distance=distance))
    return replace(v, genuine=sides[0], impostor=sides[1])


def _minus(evidence: Floats, limit: float) -> Floats:
    return evidence - limit


def _evidence(scores: Scores) -> Evidence:
    return Evidence(as_score(scores.distance), scores.identity, scores.probe)
