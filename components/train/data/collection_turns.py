"""The collections that a batch takes its identities from: each as often as any other, be it large
or small.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Mixed = int | Literal["all"]
"""How many collections a batch mixes."""


class CollectionTurns:
    """The turns of the collections, from a stateless seed.

    Of n collections that are mixed by m, each is in m of any n batches that begin at a multiple of
    n. Batches of one collection show the network no difference of scanners that could pass for one
    of hands.

    Args:
        sizes: identities of each collection, one at least.
        mixed: collections of a batch; all, where there are no more.
        seed: of the turns.
    """

    def __init__(self, sizes: Sequence[int], mixed: Mixed, seed: int) -> None:
        self.sizes = list(sizes)
        self.mixed = len(sizes) if mixed == "all" else min(mixed, len(sizes))
        self.seed = seed

    def places(self, step: int, count: int) -> NDArray[np.int64]:
        """Draws the collection of each of so many identities, no more than there are.

        The batch's collections take turns. One that has no identity left is passed over; where
        none of them has, the others take turns in the same way.

        Returns:
            int [count], collections by number.
        """
        order = self._order(step)
        left = list(self.sizes)
        places: list[int] = []
        for group in (order[: self.mixed], order[self.mixed :]):
            while len(places) < count and any(left[collection] for collection in group):
                turn = [collection for collection in group if left[collection]]
                for collection in turn[: count - len(places)]:
                    left[collection] -= 1
                    places.append(collection)
        return np.array(places, np.int64)

    def _order(self, step: int) -> list[int]:
        """Returns all collections, those of the step's batch first."""
        count = len(self.sizes)
        random = np.random.default_rng([self.seed, 2, step // count])
        order: list[int] = np.roll(random.permutation(count), -(step % count)).tolist()
        return order
