"""Records that every protocol takes: labels of images, draws of references."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Labels(NamedTuple):
    """Labels of N images.

    Attributes:
        identity: [N] numbers or names; of a forgery, the identity imitated.
        forged: bool [N].
        collection: [N] numbers or names; images of other identities are compared within one alone.
            None: all images are of one.
    """

    identity: NDArray[np.generic]
    forged: NDArray[np.bool_]
    collection: NDArray[np.generic] | None = None

    def collections(self) -> NDArray[np.intp]:
        """Returns the number of each image's collection, [N]."""
        if self.collection is None:
            return np.zeros(len(self.identity), np.intp)
        return np.asarray(np.unique(self.collection, return_inverse=True)[1], np.intp)


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
