"""Weights of a claim's terms: a regularised logistic regression, fitted to val's claims.

A scanner shifts all distances, so a model that has seen one scanner relies on how far apart images
are at all, and fails on the next. Each claim therefore stands for itself on three scanners, whose
shifts are the nodes of Gauss and Hermite's rule for a normal distribution: what the model learns is
the mean over scanners.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from components.evaluate.decision.claims import GENUINE, NAMES, Claims
from components.shared.verification.evidence_model import SIGNS

NODES = ((-(3.0**0.5), 1 / 6), (0.0, 2 / 3), (3.0**0.5, 1 / 6))
"""Shifts in standard deviations, and their weights."""
CLAIMS_WORTH = 30
"""Weight of all claims of an identity: they resemble each other."""
PRIOR = {"variety": 0.3}
"""Prior deviation of a term's weight, in place of 1: of few identities, variety is believed least
(docs/results.md)."""


def fit(claims: Claims, terms: tuple[str, ...], scanner_shift: float) -> dict[str, float]:
    """Fits weights to claims, genuine ones and those of one kind of impostor.

    Both sides and all numbers of references count alike. A term whose weight has the wrong sign is
    left out, so that a farther probe never speaks for a claim.

    Args:
        claims: N claims; both sides are there.
        terms: names of those that are weighed, `constant` the first.
        scanner_shift: standard deviation of the shifts of all log distances from scanner to
            scanner.

    Returns:
        Weights by the name of the term.
    """
    rows = np.array([NAMES.index(name) for name in terms[1:]], np.intp)
    values, genuine, weight = _on_scanners(claims, rows, scanner_shift)
    kept = [column for column in range(len(rows)) if np.ptp(values[:, column]) > 0]
    while True:
        names = [terms[1 + column] for column in kept]
        prior = np.array([PRIOR.get(name, 1.0) for name in names])
        constant, fitted = _regress(values[:, kept], genuine, weight, prior)
        wrong = [
            (abs(value), column)
            for value, column, name in zip(fitted, kept, names, strict=True)
            if value * SIGNS.get(name, np.sign(value)) < 0
        ]
        if not wrong:
            return {"constant": constant, **dict(zip(names, fitted.tolist(), strict=True))}
        kept.remove(max(wrong)[1])


def scores(claims: Claims, weights: Mapping[str, float]) -> NDArray[np.float64]:
    """Computes the evidence [N] of claims under weights."""
    vector = np.array([weights.get(name, 0.0) for name in NAMES])
    return np.asarray(claims.terms @ vector)


def _on_scanners(
    claims: Claims, rows: NDArray[np.intp], scanner_shift: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """Returns terms [S · N, T], which are genuine and weights, of the claims on S scanners."""
    nodes = NODES if scanner_shift else ((0.0, 1.0),)
    terms, change = claims.terms[:, rows].astype(np.float64), claims.change[:, rows]
    genuine = claims.kind == GENUINE
    weight = _balanced(claims, genuine)
    values = np.concatenate([terms + scanner_shift * node * change for node, _ in nodes])
    weights = np.concatenate([weight * share for _, share in nodes])
    return values, np.tile(genuine, len(nodes)), weights


def _balanced(claims: Claims, genuine: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Returns weights [N], by which each side counts alike with each number of references."""
    group = 2 * claims.references.astype(np.intp) + genuine
    weight = 1 / np.bincount(group)[group]
    identities = len(np.unique(claims.identity))
    return np.asarray(weight * (CLAIMS_WORTH * identities / weight.sum()))


def _regress(
    values: NDArray[np.float64],
    genuine: NDArray[np.bool_],
    weight: NDArray[np.float64],
    prior: NDArray[np.float64],
) -> tuple[float, NDArray[np.float64]]:
    """Returns the constant and the weights [T] of terms [N, T], whose priors [T] are those of terms
    with deviation 1.
    """
    mean, deviation = values.mean(axis=0), values.std(axis=0) / prior
    model = LogisticRegression(max_iter=1000)
    model.fit((values - mean) / deviation, genuine, sample_weight=weight)
    fitted = model.coef_[0] / deviation
    return float(model.intercept_[0] - fitted @ mean), fitted
