"""The protocol of published work on CEDAR: as many skilled forgeries as genuine pairs, one
reference.

For comparison with papers only: the threshold is chosen on the test set itself, as theirs is.
"""

from dataclasses import replace

import numpy as np

from components.evaluate.scoring.verification import Verification
from components.shared.verification.comparisons import Scores

PAIRS = 276
"""Of 24 genuine images: 24 · 23 / 2."""


def field(single: Verification, seed: int) -> Verification:
    """Up to 276 genuine pairs of each identity, drawn where there are more, against as many drawn
    skilled pairs.

    Args:
        single: all skilled comparisons with one reference; where they are too many to hold, of
            their sample is drawn.
        seed: of the draws.
    """
    names = np.intersect1d(single.genuine.identity, single.impostor.identity)
    genuine: list[np.ndarray] = []
    impostor: list[np.ndarray] = []
    for name in names:
        generator = np.random.default_rng([seed, int(name)])
        same, other = (
            np.flatnonzero(scores.identity == name) for scores in (single.genuine, single.impostor)
        )
        count = min(PAIRS, len(same), len(other))
        for rows, drawn in ((same, genuine), (other, impostor)):
            drawn.append(np.sort(generator.choice(rows, count, replace=False)))
    same_drawn, other_drawn = _only(single.genuine, genuine), _only(single.impostor, impostor)
    return replace(
        single, protocol="field", genuine=same_drawn, impostor=other_drawn, out_of_core=None
    )


def _only(scores: Scores, rows: list[np.ndarray]) -> Scores:
    chosen = np.concatenate(rows)
    return Scores(scores.distance[chosen], scores.identity[chosen])
