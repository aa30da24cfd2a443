"""The decision that val's claims give: evidence, its bounds, and the limits of policies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.evaluate.decision import weights
from components.evaluate.decision.claims import (
    GENUINE,
    RANDOM,
    SKILLED,
    Claims,
    describe_claims,
    most_references,
)
from components.evaluate.decision.policies import choose_limits
from components.evaluate.decision.usual import measure
from components.evaluate.params import EvaluateParams
from components.shared.verification.decision import Decision, Policy, Usual
from components.shared.verification.estimate import FEWEST_IDENTITIES, Estimate
from components.shared.verification.evidence_bounds import Bounds, empirical_bounds
from components.shared.verification.evidence_model import FULL, PLAIN, EvidenceModel, Shift
from components.shared.verification.likelihood_ratio import Evidence, of_cllr
from components.shared.verification.rule_of_three import least_far
from components.shared.verification.sampling import Draws, Labels

FOLDS = 5
CODES = {"skilled": SKILLED, "random": RANDOM}
ANY_SCANNER = Shift(distance=1.0, variety=0.3)
"""What a scanner changes: the distances within an image less than those between images."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A decision, and what it was found to be worth on val.

    Attributes:
        decision: the decision.
        gains: by kind of impostor, Cllr of the mean distance minus that of the evidence, on
            identities that the weights were not fitted to.
        sizes: by kind, the number of comparisons that this stands on.
    """

    decision: Decision
    gains: dict[str, Estimate]
    sizes: dict[str, int]


def fit(
    embeddings: ArrayLike, labels: Labels, params: EvaluateParams, parts: int, scanner_shift: float
) -> Fitted | None:
    """Fits a decision to val.

    Bounds, policies and what is usual are of the evidence of identities that the weights are not
    fitted to: those of a fold get weights of the other folds.

    Args:
        embeddings: float [N, D].
        labels: of the N images.
        params: of the step.
        parts: number of equal parts of an embedding.
        scanner_shift: as `weights.fit` takes it.

    Returns:
        None where fewer than `FEWEST_IDENTITIES` identities have claims.
    """
    most = most_references(labels)
    if not most:
        return None
    draws = Draws(most, params.draws, params.seed)
    claims = describe_claims(embeddings, labels, draws, parts, ANY_SCANNER)
    if len(np.unique(claims.identity)) < FEWEST_IDENTITIES:
        return None
    models: dict[str, EvidenceModel] = {}
    chosen: list[Policy] = []
    usual: list[Usual] = []
    gains: dict[str, Estimate] = {}
    sizes: dict[str, int] = {}
    for kind, code in CODES.items():
        own = claims.select(np.isin(claims.kind, (GENUINE, code)))
        if not np.any(own.kind == code):
            continue
        full = _cross_fitted(own, FULL, scanner_shift)
        plain = _cross_fitted(own, PLAIN, scanner_shift)
        gains[kind] = _cost(own, plain) - _cost(own, full)
        sizes[kind] = len(own.kind)
        better = gains[kind].value > 0
        terms, score = (FULL, full) if better else (PLAIN, plain)
        models[kind] = EvidenceModel(weights.fit(own, terms, scanner_shift), _bounds(own, score))
        chosen += _policies(own, score, kind, params)
        usual += measure(own, score, kind)
    decision = Decision(models, most, parts, chosen, usual)
    return Fitted(decision, gains, sizes) if models else None


def _cross_fitted(
    claims: Claims, terms: tuple[str, ...], scanner_shift: float
) -> NDArray[np.float64]:
    """Computes the evidence [N] of each claim by weights of other identities."""
    names, codes = np.unique(claims.identity, return_inverse=True)
    fold = codes % min(FOLDS, len(names))
    result = np.zeros(len(codes))
    for number in np.unique(fold):
        own = fold == number
        fitted = weights.fit(claims.select(~own), terms, scanner_shift)
        result[own] = weights.scores(claims.select(own), fitted)
    return result


def _cost(claims: Claims, score: NDArray[np.float64]) -> Estimate:
    genuine = claims.kind == GENUINE
    probe = claims.probe[~genuine] if np.any(claims.kind == RANDOM) else None
    return of_cllr(
        Evidence(score[genuine], claims.identity[genuine]),
        Evidence(score[~genuine], claims.identity[~genuine], probe),
    )


def _bounds(claims: Claims, score: NDArray[np.float64]) -> Bounds:
    """Returns the bounds that the claims support; an image counts once, however often compared."""
    genuine = claims.kind == GENUINE
    return empirical_bounds(
        score[genuine],
        score[~genuine],
        len(np.unique(claims.image[genuine])),
        len(np.unique(claims.image[~genuine])),
    )


def _policies(
    claims: Claims, score: NDArray[np.float64], kind: str, params: EvaluateParams
) -> list[Policy]:
    """Chooses the limits of all policies for each number of references."""
    chosen: list[Policy] = []
    for references in np.unique(claims.references).tolist():
        rows = claims.references == references
        genuine, impostor = rows & (claims.kind == GENUINE), rows & (claims.kind != GENUINE)
        if not (genuine.any() and impostor.any()):
            continue
        identities = len(np.unique(claims.identity[genuine]))
        impostors = len(np.unique(claims.image[impostor]))
        least = least_far(kind, identities, impostors)
        limits = choose_limits(score[genuine], score[impostor], params)
        chosen += [
            Policy(kind, references, name, own, identities, impostors, least)
            for name, own in limits.items()
        ]
    return chosen
