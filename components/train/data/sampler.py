"""P×K batches, drawn from a stateless seed of (seed, step): any step's batch can be drawn again."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.train.data.collection_turns import CollectionTurns, Mixed
from components.train.labels import FORGERY

BLOCK = 1024  # rows of the distance matrix in memory at once
BEYOND = np.finfo(np.float64).max  # farther than any other identity, nearer than itself


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

    An identity's code is its place in `names`. Where there are several collections, a batch takes
    its identities evenly from its own (`CollectionTurns`); of a single one it is drawn as if none
    were named.

    Args:
        rows: the training rows of the store, with `row`, `identity`, `kind` and, where there are
            several, `collection`; at least P identities have two genuine images
            (`part_sizes.batch_faults`).
        identities: P.
        images: K; an identity with fewer is drawn from with replacement, one with a single image is
            left out.
        forgeries: F, for an identity that has forgeries.
        seed: of all draws.
        hard_identities: fraction of the P that is drawn among the `neighbours` of the others, once
            these are known.
        mixed: collections of a batch.

    Attributes:
        names: the identities that are drawn, sorted.
        collection: int [identities], each identity's, by number.
        turns: of the collections.
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
        mixed: Mixed = 1,
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
        self.collection = _collection_codes(rows, self.names)
        self.turns = CollectionTurns(np.bincount(self.collection).tolist(), mixed, seed)

    def draw(self, step: int) -> LabelledRows:
        """Draws the batch of a step (counted from 0): the genuine images of all its identities,
        then the forgeries.
        """
        random = np.random.default_rng([self.seed, 0, step])
        codes = self._draw_identities(random, self.turns.places(step, self.identities))
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

    def _draw_identities(self, random: np.random.Generator, places: NDArray[np.int64]) -> list[int]:
        """Draws the codes of a batch: first any, then `hard_count` that are confused with them.

        Args:
            random: of the batch.
            places: int [P], the collection of each identity.
        """
        neighbours = self.neighbours
        if neighbours is None:
            return self._draw_any(random, places)
        easy = self.identities - self.hard_count
        codes = self._draw_any(random, places[:easy])
        for number, place in enumerate(places[easy:], start=easy):
            alike = [code for code in codes[:easy] if self.collection[code] == place]
            anchors = alike or codes[:easy]
            anchor = anchors[number % len(anchors)]
            members = np.flatnonzero(self.collection == place)
            codes.append(_draw_neighbour(random, neighbours[anchor], codes, members))
        return codes

    def _draw_any(self, random: np.random.Generator, places: NDArray[np.int64]) -> list[int]:
        """Draws an identity of the collection of each place."""
        codes = np.zeros(len(places), np.int64)
        for collection in pd.unique(places):
            own = places == collection
            members = np.flatnonzero(self.collection == collection)
            codes[own] = random.choice(members, own.sum(), replace=False)
        return list(codes)


def nearest_identities(
    embeddings: NDArray[np.float32],
    identity_codes: NDArray[Any],
    k: int,
    collection: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Finds the identities with the nearest mean embeddings, with which each is most easily
    confused.

    Args:
        embeddings: float32 [N, D].
        identity_codes: int [N], 0 to identities − 1, each at least once.
        k: how many; at most all others.
        collection: int [identities]; those of another collection come last, as if far away.

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
        if collection is not None:
            distance[collection[block][:, np.newaxis] != collection] = BEYOND
        distance[block - start, block] = np.inf
        blocks.append(np.argsort(distance, axis=1, kind="stable")[:, : min(k, len(means) - 1)])
    return np.concatenate(blocks)


def _rows_by_identity(rows: pd.DataFrame) -> dict[Any, NDArray[np.int64]]:
    return {name: group.to_numpy() for name, group in rows.groupby("identity")["row"]}


def _collection_codes(rows: pd.DataFrame, names: list[Any]) -> NDArray[np.int64]:
    """Numbers the collections of identities from 0: all 0 where no collection is named."""
    if "collection" not in rows:
        return np.zeros(len(names), np.int64)
    of_identity = rows.drop_duplicates("identity").set_index("identity")["collection"]
    codes: NDArray[np.int64] = pd.factorize(of_identity[names], sort=True)[0]
    return codes


def _draw_rows(
    random: np.random.Generator, members: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    return random.choice(members, count, replace=len(members) < count)


def _draw_neighbour(
    random: np.random.Generator,
    neighbours: NDArray[np.int64],
    codes: list[int],
    members: NDArray[np.int64],
) -> int:
    """Draws a neighbour among the members that is not in the batch yet, or any other of them if
    all neighbours are.

    The r-th nearest has the weight 1/r: of [7, 2, 9] with 2 in the batch, 7 is drawn with
    probability 3/4 and 9 with 1/4.
    """
    left = np.setdiff1d(members, codes)
    weights = np.where(np.isin(neighbours, left), 1 / np.arange(1, len(neighbours) + 1), 0)
    if weights.any():
        return int(random.choice(neighbours, p=weights / weights.sum()))
    return int(random.choice(left))
