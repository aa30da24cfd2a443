"""P×K batches, drawn from a stateless seed of (seed, step): any step's batch can be drawn again."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.shared.runtime.errors import InputError
from components.train.labels import FORGERY

BLOCK = 1024  # rows of the distance matrix held at once


class Batch(NamedTuple):
    """Rows of the image store and their labels, both int [B]."""

    rows: NDArray[np.int64]
    labels: NDArray[np.int32]


class Sampler:
    """Draws P identities × (K genuine + F forgeries). Identities have codes: their place in
    `names`.

    Args:
        rows: the training rows of the store, with `row`, `identity` and `kind`.
        identities: P.
        images: K; an identity with fewer is drawn from with replacement, one with a single image is
            left out.
        forgeries: F, where the identity has forgeries.
        seed: of all draws.
        hard_identities: fraction of the P that is drawn among the `neighbours` of the others, once
            these are known.

    Attributes:
        neighbours: int [identities, k], the codes with which each identity is confused, worst
            first, as `confusable` gives them; None: not known yet, or `hard_identities` is 0. A
            batch follows from seed, step and neighbours.

    Raises:
        InputError: fewer than P identities have two genuine images.
    """

    def __init__(
        self,
        rows: pd.DataFrame,
        identities: int,
        images: int,
        forgeries: int,
        seed: int,
        hard_identities: float = 0.0,
    ) -> None:
        self.identities, self.images, self.forgeries, self.seed = (
            identities,
            images,
            forgeries,
            seed,
        )
        self.hard = (
            min(max(round(hard_identities * identities), 1), identities - 1)
            if hard_identities
            else 0
        )
        self.neighbours: NDArray[np.int64] | None = None
        genuine = {
            name: group.to_numpy()
            for name, group in rows[rows.kind == "genuine"].groupby("identity")["row"]
        }
        forged = {
            name: group.to_numpy()
            for name, group in rows[rows.kind == "forgery"].groupby("identity")["row"]
        }
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
        """The batch of a step (counted from 0): the genuine images of all identities, then the
        forgeries.
        """
        random = np.random.default_rng([self.seed, 0, step])
        chosen = self._choose(random)
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

    def representatives(self, count: int) -> Batch:
        """The first `count` genuine rows of every identity with their codes: what `confusable` is
        computed from.
        """
        rows = [self.genuine[name][:count] for name in self.names]
        codes = np.repeat(np.arange(len(rows), dtype=np.int32), [len(members) for members in rows])
        return Batch(np.concatenate(rows), codes)

    def _choose(self, random: np.random.Generator) -> list[int]:
        """The codes of a batch: any, then `hard` of those that are confused with them."""
        neighbours = self.neighbours
        if neighbours is None or not self.hard:
            return list(random.choice(len(self.names), self.identities, replace=False))
        easy = self.identities - self.hard
        chosen = list(random.choice(len(self.names), easy, replace=False))
        while len(chosen) < self.identities:
            chosen.append(
                _confused(random, neighbours[chosen[len(chosen) % easy]], chosen, len(self.names))
            )
        return chosen


def confusable(
    embeddings: NDArray[np.float32], identity_codes: NDArray[Any], k: int
) -> NDArray[np.int64]:
    """The identities with which each is most easily confused, by the distance between their mean
    embeddings.

    Args:
        embeddings: float32 [N, D].
        identity_codes: int [N], 0 to identities − 1, each at least once.
        k: how many; at most all others.

    Returns:
        int [identities, min(k, identities − 1)], nearest first.
    """
    counts = np.bincount(identity_codes)
    sums = np.zeros((len(counts), embeddings.shape[1]))
    np.add.at(sums, identity_codes, embeddings)
    means = sums / counts[:, np.newaxis]
    squares = np.square(means).sum(axis=1)
    blocks = []
    for start in range(0, len(means), BLOCK):
        block = np.arange(start, min(start + BLOCK, len(means)))
        # The square of the own mean is the same along a row and changes no order.
        distance = squares - 2 * means[block] @ means.T
        distance[block - start, block] = np.inf
        blocks.append(np.argsort(distance, axis=1, kind="stable")[:, : min(k, len(means) - 1)])
    return np.concatenate(blocks)


def _draw(random: np.random.Generator, members: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return random.choice(members, count, replace=len(members) < count)


def _confused(
    random: np.random.Generator, neighbours: NDArray[np.int64], chosen: list[int], identities: int
) -> int:
    """One neighbour that is not chosen yet, the r-th with a weight of 1 / r; any identity where all
    are chosen.
    """
    weights = np.where(np.isin(neighbours, chosen), 0, 1 / np.arange(1, len(neighbours) + 1))
    if weights.any():
        return int(random.choice(neighbours, p=weights / weights.sum()))
    return int(random.choice(np.setdiff1d(np.arange(identities), chosen)))
