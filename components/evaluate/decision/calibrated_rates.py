"""Error rates of a calibrated decision on the images that it was calibrated on."""

import numpy as np
from numpy.typing import NDArray

from components.evaluate.decision.claims import most_references
from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.confidence_intervals import share_of
from components.evaluate.scoring.verification import verifications
from components.shared.runtime.errors import InputError
from components.shared.verification.decision import Decision, as_distance
from components.shared.verification.sampling import Labels

FEWEST_FORGED = 5
FEWEST_FORGERIES = 3
"""Forgeries are measured from so many people with so many forgeries each."""


def measure_rates(
    decision: Decision, embeddings: NDArray[np.float32], labels: Labels, params: EvaluateParams
) -> dict[str, float]:
    """Measures the rates at the limits of the target, of the kind that decides.

    The decision was changed by the same genuine images, by two numbers: of 8 people or more each
    changes it so little that the rates hardly flatter.

    Args:
        decision: calibrated.
        embeddings: float32 [N, D].
        labels: of the N images.
        params: of the step.

    Returns:
        `refs_<k>/frr`, `refs_<k>/random/far` and, with enough forgeries, `refs_<k>/skilled/far`,
        with the ends of their intervals.

    Raises:
        InputError: the decision has no limits for the target.
    """
    kinds = ["skilled", "random"] if has_enough_forgeries(labels) else ["random"]
    most = most_references(labels)
    fuse = decision.fusion(decision.kind)
    result: dict[str, float] = {}
    for count in sorted({1, max(1, min(params.references, most))}):
        limits = decision.limits(decision.kind, count, params.target_name)
        if limits is None:
            raise InputError(
                f"the model's decision has no limits for {params.target_name}, evaluate.target"
            )
        draws = [params.draws_of(count)]
        for v in verifications(embeddings, labels, draws, params.far, fuse, kinds=kinds):
            distances = [float(as_distance(limit)) for limit in limits]
            below, above = v.scored.errors(distances)
            result |= share_of(f"refs_{count}/{v.kind}/far", above[0])
            result |= share_of(f"refs_{count}/frr", below[1])
    return result


def has_enough_forgeries(labels: Labels) -> bool:
    """Tells whether so many people have so many forgeries that their FAR is worth measuring."""
    codes = np.unique(labels.identity, return_inverse=True)[1]
    people = int(codes.max()) + 1
    genuine = np.bincount(codes[~labels.forged], minlength=people)
    forgeries = np.bincount(codes[labels.forged], minlength=people)
    return int(np.sum((genuine > 1) & (forgeries >= FEWEST_FORGERIES))) >= FEWEST_FORGED
