"""Measures of likelihood ratios: Cllr, its parts, and the empirical cross-entropy.

A likelihood ratio (LR) says how many times as probable the evidence is if the claim is genuine as
if it is an impostor's. All functions take its natural logarithm, the LLR. The cost of an answer is
the information that it withholds, in bits: log2(1 + 1/LR) of a genuine comparison, log2(1 + LR) of
an impostor's. Cllr is the mean of both sides, each counted one half (Brümmer & du Preez, Computer
Speech & Language 20, 2006): 0 of perfect answers, 1 of LR = 1 for everything, more of answers that
mislead.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.shared.verification.estimate import Estimate
from components.shared.verification.influence import of_ratio
from components.shared.verification.metric_names import CALIBRATION_LOSS, CLLR, CLLR_MIN
from components.shared.verification.pooled_ratios import pool

Floats = NDArray[np.float64]
LN2 = float(np.log(2))
LN10 = float(np.log(10))
"""Natural LLRs over this are decimal ones, as forensic plots show them."""


class Evidence(NamedTuple):
    """Likelihood ratios of comparisons of one kind.

    Attributes:
        llr: [n], natural log-likelihood ratios; infinite ones are allowed.
        identity: int [n], the claimed identity.
        probe: int [n], the identity that the probed image shows; None where that is the claimed
            one, or imitates it.
    """

    llr: Floats
    identity: NDArray[np.integer]
    probe: NDArray[np.integer] | None = None


def cllr(genuine: ArrayLike, impostor: ArrayLike) -> float:
    """Computes the cost of log-likelihood ratios, in bits.

    Args:
        genuine: [n] LLRs of genuine comparisons.
        impostor: [m] LLRs of impostor comparisons.

    Returns:
        0 or more; infinity where an infinite LLR misleads.

    Raises:
        ValueError: one of the two is empty or holds NaN.

    An LR of 3 for a genuine comparison costs log2(4/3), an LR of 1 for an impostor's one bit:

    >>> round(cllr([np.log(3)], [0]), 4)
    0.7075
    """
    same, other = _llrs("genuine", genuine), _llrs("impostor", impostor)
    return float((_bits(-same).mean() + _bits(other).mean()) / 2)


def cllr_min(genuine: ArrayLike, impostor: ArrayLike) -> float:
    """Computes the least Cllr that any monotone map of the scores has: what they discriminate.

    Arguments as `cllr`; any scores of which larger ones speak for genuine comparisons will do. It
    lies between 0 and 1. Of few comparisons it flatters, for the map is fitted to them themselves.
    """
    same, other = _llrs("genuine", genuine), _llrs("impostor", impostor)
    blocks = pool(same, other)
    both = blocks.genuine + blocks.impostor
    return float(_information(blocks.genuine, both) + _information(blocks.impostor, both)) / 2


def calibration_loss(genuine: ArrayLike, impostor: ArrayLike) -> float:
    """Computes how much of Cllr a better calibration would save: Cllr − its minimum, 0 or more.

    Arguments as `cllr`.
    """
    return max(0.0, cllr(genuine, impostor) - cllr_min(genuine, impostor))


def cross_entropy(genuine: ArrayLike, impostor: ArrayLike, prior: ArrayLike) -> Floats:
    """Computes the empirical cross-entropy of the answers, in bits, over prior log-odds.

    The uncertainty that is left once prior and LLR are put together (Ramos & Gonzalez-Rodriguez,
    Forensic Science International 230, 2013). At prior log-odds 0 it is Cllr.

    Args:
        genuine: as `cllr`.
        impostor: as `cllr`.
        prior: [P], natural log-odds of a genuine claim before the evidence.

    Returns:
        [P].
    """
    same, other = _llrs("genuine", genuine), _llrs("impostor", impostor)
    entropies = []
    for odds in np.asarray(prior, np.float64):
        share = 1 / (1 + np.exp(-odds))
        left = share * _bits(-(same + odds)).mean() + (1 - share) * _bits(other + odds).mean()
        entropies.append(left)
    return np.array(entropies)


def of_cllr(genuine: Evidence, impostor: Evidence) -> Estimate:
    """Estimates Cllr with the influence of each identity, for `Estimate.cost_interval`.

    A comparison of two identities counts for both. Each side is a ratio of sums over identities,
    and Cllr the mean of the two.

    Args:
        genuine: genuine comparisons.
        impostor: comparisons with one kind of impostor.
    """
    roles = [genuine.identity, impostor.identity]
    if impostor.probe is not None:
        roles.append(impostor.probe)
    names = np.unique(np.concatenate(roles))
    costs = _bits(-_llrs("genuine", genuine.llr)), _bits(_llrs("impostor", impostor.llr))
    influence = np.zeros(len(names))
    for owner, cost in zip(roles, (*costs, costs[1]), strict=False):
        row = np.searchsorted(names, owner)
        sums = np.bincount(row, cost, minlength=len(names)).astype(np.float64)
        trials = np.bincount(row, minlength=len(names)).astype(np.float64)
        with np.errstate(invalid="ignore"):  # an infinite cost has no influence that is a number
            influence += of_ratio(sums, trials) / 2
    return Estimate(float((costs[0].mean() + costs[1].mean()) / 2), influence)


def figures(group: str, genuine: Evidence, impostor: Evidence) -> dict[str, float]:
    """Computes Cllr with the ends of its interval, and its parts, by their names.

    The parts have none: the best calibration is fitted to these very comparisons.

    Args:
        group: of the verification, `verification/skilled/refs_1`.
        genuine: genuine comparisons.
        impostor: comparisons with one kind of impostor.

    Returns:
        `…/cllr`, `…/cllr_ci_low`, `…/cllr_ci_high`, `…/cllr_min`, `…/calibration_loss`; no infinite
        ones, which JSON does not have, and no interval of fewer than three identities.
    """
    cost, least = of_cllr(genuine, impostor), cllr_min(genuine.llr, impostor.llr)
    name = f"{group}/{CLLR}"
    values = {name: cost.value, **cost.ends_of_cost(name), f"{group}/{CLLR_MIN}": least}
    values[f"{group}/{CALIBRATION_LOSS}"] = max(0.0, cost.value - least)
    return {name: value for name, value in values.items() if np.isfinite(value)}


def _bits(llr: Floats) -> Floats:
    """Computes log2(1 + exp(llr)), without overflow."""
    return np.asarray(np.logaddexp(0, llr) / LN2)


def _information(part: Floats, whole: Floats) -> float:
    """Computes the sum of part · log2(whole / part), where 0 · log2(∞) is 0."""
    some = part > 0
    return float((part[some] * np.log2(whole[some] / part[some])).sum())


def _llrs(name: str, values: ArrayLike) -> Floats:
    """Returns LLRs as float64 [n]; refuses empty ones and NaN."""
    result = np.asarray(values, np.float64).ravel()
    if not len(result):
        raise ValueError(f"no {name} likelihood ratios")
    if np.isnan(result).any():
        raise ValueError(f"{name} likelihood ratios hold NaN")
    return result
