"""P×K batches, drawn from a stateless seed of (seed, step): any step's batch can be drawn again."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.train.labels import FORGERY

BLOCK = 1024  # rows of the distance matrix in memory at once


class LabelledRows(NamedTuple):
    """Rows of the image store and their labels.

    Attributes:
        rows: int64 [B].
        labels: int32 [B], codes of identities, or FORGERY.
    """

    rows: NDArray[np.int64]
    labels: NDArray[np.int32]


class Sampler:
    """A sampler of P identities × (K genuine images + F forgeries).

    An identity's code is its place in `names`.

    Args:
        rows: the training rows of the store, with `row`, `identity` and `kind`; at least P
            identities have two genuine images (`part_sizes.batch_faults`).
        identities: P.
        images: K; an identity with fewer is drawn from with replacement, one with a single image is
            left out.
        forgeries: F, for an identity that has forgeries.
        seed: of all draws.
        hard_identities: fraction of the P that is drawn among the `neighbours` of the others, once
            these are known.

    Attributes:
        names: the identities that are drawn, sorted.
        hard_count: identities of a batch that are drawn among `neighbours`.
        neighbours: int [identities, k], the codes with which each identity is confused, worst
            first, of `nearest_identities`; None: not known yet, or `hard_identities` is 0. A batch
            is determined by seed, step and neighbours.
    """

    def __init__(
        self,
        rows: pd.DataFrame,
        *,
        identities: int,
        images: int,
        forgeries: int,
        seed: int,
        hard_identities: float = 0.0,
    ) -> None:
        self.identities = identities
        self.images = images
        self.forgeries = forgeries
        self.seed = seed
        self.hard_count = 0
        if hard_identities:
            self.hard_count = min(max(round(hard_identities * identities), 1), identities - 1)
        self.neighbours: NDArray[np.int64] | None = None
        genuine = _rows_by_identity(rows[rows.kind == "genuine"])
        forged = _rows_by_identity(rows[rows.kind == "forgery"])
        self.genuine = {name: members for name, members in genuine.items() if len(members) > 1}
        self.forged = {name: members for name, members in forged.items() if name in self.genuine}
        self.names = sorted(self.genuine, key=str)

    def draw(self, step: int) -> LabelledRows:
        """Draws the batch of a step (counted from 0): the genuine images of all its identities,
        then the forgeries.
        """
        random = np.random.default_rng([self.seed, 0, step])
        codes = self._draw_identities(random)
        rows, labels = [], []
        for code in codes:
            rows.append(_draw_rows(random, self.genuine[self.names[code]], self.images))
            labels.append(np.full(self.images, code, np.int32))
        for code in codes if self.forgeries else ():
            members = self.forged.get(self.names[code])
            if members is not None:
                rows.append(_draw_rows(random, members, self.forgeries))
                labels.append(np.full(self.forgeries, FORGERY, np.int32))
        return LabelledRows(np.concatenate(rows), np.concatenate(labels))

    def representatives(self, count: int) -> LabelledRows:
        """Returns the first `count` genuine rows of every identity, for `nearest_identities`."""
        rows = [self.genuine[name][:count] for name in self.names]
        sizes = [len(members) for members in rows]
        codes = np.repeat(np.arange(len(rows), dtype=np.int32), sizes)
        return LabelledRows(np.concatenate(rows), codes)

    def _draw_identities(self, random: np.random.Generator) -> list[int]:
        """Draws the codes of a batch: first any, then `hard_count` that are confused with them."""
        neighbours = self.neighbours
        if neighbours is None or not self.hard_count:
            return list(random.choice(len(self.names), self.identities, replace=False))
        easy = self.identities - self.hard_count
        codes = list(random.choice(len(self.names), easy, replace=False))
        while len(codes) < self.identities:
            anchor = codes[len(codes) % easy]
            codes.append(_draw_neighbour(random, neighbours[anchor], codes, len(self.names)))
        return codes


def nearest_identities(
    embeddings: NDArray[np.float32], identity_codes: NDArray[Any], k: int
) -> NDArray[np.int64]:
    """Finds the identities with the nearest mean embeddings, with which each is most easily
    confused.

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
        # |a − b|² = |a|² + |b|² − 2ab; |a|² is the same along a row and changes no order.
        distance = squares - 2 * means[block] @ means.T
        distance[block - start, block] = np.inf
        blocks.append(np.argsort(distance, axis=1, kind="stable")[:, : min(k, len(means) - 1)])
    return np.concatenate(blocks)


def _rows_by_identity(rows: pd.DataFrame) -> dict[Any, NDArray[np.int64]]:
    return {name: group.to_numpy() for name, group in rows.groupby("identity")["row"]}


def _draw_rows(
    random: np.random.Generator, members: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    return random.choice(members, count, replace=len(members) < count)


def _draw_neighbour(
    random: np.random.Generator, neighbours: NDArray[np.int64], codes: list[int], identities: int
) -> int:
    """Draws a neighbour that is not in the batch yet, or any other identity if all are.

    The r-th nearest has the weight 1/r: of [7, 2, 9] with 2 in the batch, 7 is drawn with
    probability 3/4 and 9 with 1/4.
    """
    weights = np.where(np.isin(neighbours, codes), 0, 1 / np.arange(1, len(neighbours) + 1))
    if weights.any():
        return int(random.choice(neighbours, p=weights / weights.sum()))
    return int(random.choice(np.setdiff1d(np.arange(identities), codes)))
