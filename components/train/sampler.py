"""P×K batches, drawn from a stateless seed of (seed, step): any step's batch can be drawn again."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.shared.errors import InputError
from components.train.mining import FORGERY


class Batch(NamedTuple):
    """Rows of the image store and their labels, both int [B]."""

    rows: NDArray[np.int64]
    labels: NDArray[np.int32]


class Sampler:
    """Draws P identities × (K genuine + F forgeries).

    Args:
        rows: the training rows of the store, with `row`, `identity` and `kind`.
        identities: P.
        images: K; an identity with fewer is drawn from with replacement, one with a single image is left out.
        forgeries: F, where the identity has forgeries.
        seed: of all draws.

    Raises:
        InputError: fewer than P identities have two genuine images.
    """

    def __init__(self, rows: pd.DataFrame, identities: int, images: int, forgeries: int, seed: int) -> None:
        self.identities, self.images, self.forgeries, self.seed = identities, images, forgeries, seed
        genuine = {name: group.to_numpy() for name, group in rows[rows.kind == "genuine"].groupby("identity")["row"]}
        forged = {name: group.to_numpy() for name, group in rows[rows.kind == "forgery"].groupby("identity")["row"]}
        self.genuine = {name: members for name, members in genuine.items() if len(members) > 1}
        self.forged = {name: members for name, members in forged.items() if name in self.genuine}
        self.names = sorted(self.genuine, key=str)
        self.left_out = rows.identity.nunique() - len(self.names)
        if len(self.names) < identities:
            raise InputError(
                f"train.identities_per_batch is {identities}, but only {len(self.names)} training identities "
                f"have two genuine images or more; lower it, or bring more data"
            )

    def draw(self, step: int) -> Batch:
        """The batch of a step (counted from 0): the genuine images of all identities, then the forgeries."""
        random = np.random.default_rng([self.seed, 0, step])
        chosen = random.choice(len(self.names), self.identities, replace=False)
        rows, labels = [], []
        for code in chosen:
            rows.append(_draw(random, self.genuine[self.names[code]], self.images))
            labels.append(np.full(self.images, code, np.int32))
        for code in chosen if self.forgeries else ():
            members = self.forged.get(self.names[code])
            if members is not None:
                rows.append(_draw(random, members, self.forgeries))
                labels.append(np.full(self.forgeries, FORGERY, np.int32))
        return Batch(np.concatenate(rows), np.concatenate(labels))


def _draw(random: np.random.Generator, members: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return random.choice(members, count, replace=len(members) < count)
