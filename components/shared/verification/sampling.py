"""Records that every protocol takes: labels of images, draws of references."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Labels(NamedTuple):
    """Labels of N images.

    Attributes:
        identity: [N] numbers or names; of a forgery, the identity imitated.
        forged: bool [N].
    """

    identity: NDArray[np.generic]
    forged: NDArray[np.bool_]


class Draws(NamedTuple):
    """Seeded draws of the references of a claim.

    With one reference nothing is drawn: each genuine image is the reference in turn.

    Attributes:
        references: number of references of a claim, at least 1.
        number: number of draws.
        seed: seed of the draws.
    """

    references: int
    number: int = 1
    seed: int = 0
