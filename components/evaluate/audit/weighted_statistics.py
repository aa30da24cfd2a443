"""The floor `statistics`: simple statistics of an image as a distance that is fitted on train.

It is the sum of their absolute differences, weighted by a logistic regression on pairs of images
that are drawn so that every identity counts alike.
"""

import numpy as np
from numpy.typing import NDArray

from components.evaluate.audit import baselines
from components.evaluate.audit.drawn_pairs import PairSource
from components.evaluate.protocols.run_protocols import ComparedPart
from components.evaluate.scoring.claim_blocks import ClaimBlocks
from components.evaluate.scoring.verification import Verification
from components.shared.verification.comparisons import Fusion
from components.shared.verification.estimate import Floats
from components.shared.verification.sampling import Draws, Labels
from components.shared.verification.shortcut_probe import ProbeReport

FLOOR = "statistics"
PAIRS = 10_000
"""Pairs that are drawn of each side, genuine and impostor."""


def compare(statistics: Floats, train: Labels, reported: ComparedPart, seed: int) -> ProbeReport:
    """Computes the floor's EER on our single-reference comparisons, and ours minus it.

    It is left out where train has no pairs of a kind, and where the comparisons do not fit in
    memory: out of core, distances are Euclidean.

    Args:
        statistics: float64 [n, S] of train's images, then of those reported on.
        train: labels of train's images; without any nothing is computed.
        reported: the identities that are reported on.
        seed: of the pairs that are drawn of train.
    """
    images = len(train.identity)
    figures: dict[str, float] = {}
    lines: list[str] = []
    for ours in reported.verifications if images else []:
        if ours.references > 1:
            continue
        left_out = f"no floor of simple statistics, {ours.kind} forgeries: "
        if ours.out_of_core is not None:
            lines.append(f"{left_out}{ours.scored.n_pairs:,} comparisons do not fit in memory")
            continue
        weights = fit_weights(statistics[:images], train, ours.kind, seed)
        if weights is None:
            lines.append(f"{left_out}train has none to fit it to")
            continue
        theirs = verify(statistics[images:], reported.part.labels, ours.kind, weights)
        figures |= baselines.compare_with_floor(FLOOR, theirs, ours)
    return ProbeReport(figures, lines)


def fit_weights(statistics: Floats, labels: Labels, kind: str, seed: int) -> Floats | None:
    """Fits the weights that tell genuine pairs from those of one kind of impostor.

    Args:
        statistics: float64 [n, S].
        labels: of the n images.
        kind: of the impostors, `skilled` or `random`.
        seed: of the pairs that are drawn.

    Returns:
        [S], positive where a difference speaks for an impostor; None where the labels have no pairs
        of one side.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    source = PairSource(labels, seed)
    genuine = source.draw_genuine(PAIRS)
    impostor = source.draw_skilled(PAIRS) if kind == "skilled" else source.draw_random(PAIRS)
    sizes = [len(genuine.left), len(impostor.left)]
    if not all(sizes):
        return None
    left, right = np.concatenate([genuine, impostor], axis=1)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(np.abs(statistics[left] - statistics[right]), np.repeat([False, True], sizes))
    return np.asarray(model[-1].coef_[0] / model[0].scale_, np.float64)


def verify(statistics: Floats, labels: Labels, kind: str, weights: Floats) -> Verification:
    """Scores all comparisons with one reference, of one kind of impostor.

    Args:
        statistics: float64 [n, S].
        labels: of the n images.
        kind: of the impostors.
        weights: [S], those of `fit_weights`.
    """
    fuse = weighted_differences(weights)
    claims = ClaimBlocks(statistics, labels, kind, Draws(references=1), fuse)
    return Verification(kind, 1, *claims.scores())


def weighted_differences(weights: Floats) -> Fusion:
    """Returns the fusion whose distance is the mean weighted sum of absolute differences.

    It may be negative. Weights of 2 and −1, one reference at (0, 0), a probe at (3, 1):

    >>> fuse = weighted_differences(np.array([2.0, -1.0]))
    >>> fuse(np.array([[0.0, 0.0]]), np.array([[3.0, 1.0]]), np.array([[True]])).tolist()
    [[5.0]]
    """

    def fuse(genuine: Floats, probes: Floats, references: NDArray[np.bool_]) -> Floats:
        each = np.zeros((len(genuine), len(probes)))
        for weight, own, other in zip(weights, genuine.T, probes.T, strict=True):
            each += weight * np.abs(np.subtract.outer(own, other))
        return np.asarray(references @ each / references.sum(axis=1, keepdims=True))

    return fuse
