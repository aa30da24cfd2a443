"""The comparisons of `comparisons.compare`, claim by claim, where they do not fit in memory."""

from collections.abc import Iterable
from copy import copy
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.evaluate.scoring.block_source import (
    BLOCK_SIZE,
    BlockScores,
    BlockSize,
    Floats32,
    Integers,
    stride,
)
from components.shared.verification.comparisons import Fusion, Scores, draw_references, mean
from components.shared.verification.sampling import Draws, Labels


class ClaimBlock(NamedTuple):
    """Comparisons of one identity's references with some probes.

    Attributes:
        identity: the claimed one, its position among the sorted distinct identities.
        has_genuine: the probes are its genuine images, otherwise impostors.
        probes: positions among these, in the data's order.
    """

    identity: int
    has_genuine: bool
    probes: range


class ClaimBlocks:
    """A block source of the claims of all identities against one kind of impostor.

    Args:
        embeddings: float [N, D].
        labels: of the N images.
        kind: of the impostors, `skilled` or `random`.
        draws: of the references.
        fuse: makes one distance of those to several references.
        size: size of the blocks.

    Attributes:
        kind: kind of the impostors.
        references: number of references of a claim.
        blocks: those of one identity follow each other.
        totals: numbers of genuine and of impostor comparisons.
        error_bound: 0, the distances are computed in float64.
        size: size of the blocks.
        farthest: a bound of all distances.

    Five images on a line, the last one a forgery of identity 0, which stays out of random claims:

    >>> labels = Labels(np.array([0, 0, 1, 1, 0]), np.array([False, False, False, False, True]))
    >>> claims = ClaimBlocks([[0.0], [1.0], [3.0], [4.0], [6.0]], labels, "random", Draws(1))
    >>> claims.totals
    (2, 8)
    >>> genuine, impostor = claims.scores()
    >>> genuine.distance.tolist(), genuine.identity.tolist()
    ([1.0, 1.0], [0, 1])
    >>> impostor.distance.tolist(), impostor.identity.tolist()
    ([3.0, 4.0, 2.0, 3.0, 3.0, 2.0, 4.0, 3.0], [0, 0, 0, 0, 1, 1, 1, 1])
    """

    error_bound = 0.0

    def __init__(
        self,
        embeddings: ArrayLike,
        labels: Labels,
        kind: str,
        draws: Draws,
        fuse: Fusion = mean,
        size: BlockSize = BLOCK_SIZE,
    ) -> None:
        self._vectors = np.asarray(embeddings, np.float64)
        self._forged = np.asarray(labels.forged, bool)
        self.kind, self.references, self.size = kind, draws.references, size
        self._draws, self._fuse = draws, fuse
        names, self._code = np.unique(labels.identity, return_inverse=True)
        genuine = np.bincount(self._code[~self._forged], minlength=len(names))
        forgeries = np.bincount(self._code[self._forged], minlength=len(names))
        collection = labels.collections()
        self._collection = np.zeros(len(names), np.intp)
        self._collection[self._code] = collection
        beside = np.bincount(collection[~self._forged], minlength=collection.max(initial=0) + 1)
        others = beside[self._collection] - genuine
        impostors = forgeries if kind == "skilled" else others
        if draws.references == 1:
            claims = genuine
            genuine_claims = genuine * (genuine - 1) // 2
        else:
            claims = np.full(len(names), draws.number)
            genuine_claims = draws.number * (genuine - draws.references)
        claimed = np.flatnonzero(genuine > draws.references)
        self.totals = int(genuine_claims[claimed].sum()), int((claims * impostors)[claimed].sum())
        self.farthest = 2 * float(np.sqrt((self._vectors**2).sum(axis=1).max(initial=0)))
        self.blocks: list[ClaimBlock] = []
        for identity in claimed.tolist():
            images, probes = int(genuine[identity]), int(impostors[identity])
            step = max(1, size.cells // max(images, int(claims[identity])))
            self.blocks += _blocks(identity, True, images, step)
            self.blocks += _blocks(identity, False, probes, step)

    def __len__(self) -> int:
        return len({block.identity for block in self.blocks})

    def subsample(self, step: int) -> Self:
        """Returns one of `step`² probes of every block."""
        result = copy(self)
        result.blocks = [
            block._replace(probes=stride(block.probes, step**2, number))
            for number, block in enumerate(self.blocks)
        ]
        return result

    def score_block(self, block: ClaimBlock) -> tuple[BlockScores, BlockScores]:
        """Computes a block's genuine and impostor distances; one of the two is empty."""
        own = self._code == block.identity
        images = np.flatnonzero(own & ~self._forged)
        draws = draw_references(len(images), block.identity, self._draws)
        columns = slice(block.probes.start, block.probes.stop, block.probes.step)
        probes = self._probes(block, own)[columns]
        fused = self._fuse(self._vectors[images], self._vectors[probes], draws.references)
        distance = fused.astype(np.float32)
        empty = BlockScores(np.zeros(0, np.float32), None, 1)
        if not block.has_genuine:
            return empty, BlockScores(distance.ravel(), None, 1)
        return BlockScores(distance[draws.probes[:, columns]], None, 1), empty

    @property
    def identities(self) -> NDArray[np.int32]:
        """Identities that are claimed or probed, ascending, [K]."""
        claimed = np.unique([block.identity for block in self.blocks]).astype(np.int32)
        if self.kind != "random":
            return claimed
        genuine = np.unique(self._code[~self._forged]).astype(np.int32)
        probed = np.isin(self._collection[genuine], self._collection[claimed])
        return np.asarray(genuine[probed])

    def probe_identities(self, block: ClaimBlock) -> NDArray[np.int32]:
        """Returns the probe's identity of each distance that `score_block` gives of impostors."""
        own = self._code == block.identity
        columns = slice(block.probes.start, block.probes.stop, block.probes.step)
        codes = self._code[self._probes(block, own)[columns]].astype(np.int32)
        genuine = int(np.count_nonzero(own & ~self._forged))
        return np.tile(codes, genuine if self.references == 1 else self._draws.number)

    def places(self, block: ClaimBlock) -> NDArray[np.intp]:
        """Returns the place of each distance that `score_block` gives, in the order of `compare`.

        Places count the comparisons of the block's side and identity.
        """
        own = self._code == block.identity
        genuine = int(np.count_nonzero(own & ~self._forged))
        draws = draw_references(genuine, block.identity, self._draws)
        columns = slice(block.probes.start, block.probes.stop, block.probes.step)
        if block.has_genuine:
            number = np.cumsum(draws.probes).reshape(draws.probes.shape) - 1
            return np.asarray(number[:, columns][draws.probes[:, columns]])
        probes = len(self._probes(block, own))
        number = np.arange(len(draws.references) * probes).reshape(-1, probes)
        return number[:, columns].ravel()

    def distances(self, value: Floats32, block: Integers, position: Integers) -> Floats32:
        """Returns the values, which are exact."""
        return value

    def scores(self) -> tuple[Scores, Scores]:
        """Computes all genuine and all impostor comparisons, in the order of `compare`."""
        return self._side(has_genuine=True), self._side(has_genuine=False)

    def _side(self, has_genuine: bool) -> Scores:
        blocks = _whole(block for block in self.blocks if block.has_genuine == has_genuine)
        side = 0 if has_genuine else 1
        parts = [self.score_block(block)[side].value for block in blocks]
        identities = np.array([block.identity for block in blocks], np.int32)
        sizes = [len(part) for part in parts]
        distance = np.concatenate([np.zeros(0, np.float32), *parts])
        scores = Scores(distance, np.repeat(identities, sizes))
        if has_genuine or self.kind == "skilled":
            return scores
        probes = [self.probe_identities(block) for block in blocks]
        return scores._replace(probe=np.concatenate([np.zeros(0, np.int32), *probes]))

    def _probes(self, block: ClaimBlock, own: NDArray[np.bool_]) -> NDArray[np.intp]:
        if block.has_genuine:
            return np.flatnonzero(own & ~self._forged)
        if self.kind == "skilled":
            return np.flatnonzero(own & self._forged)
        beside = (self._collection == self._collection[block.identity])[self._code]
        return np.flatnonzero(beside & ~own & ~self._forged)


def _whole(blocks: Iterable[ClaimBlock]) -> list[ClaimBlock]:
    """Joins the blocks of each identity, which are all of one side."""
    whole: dict[int, ClaimBlock] = {}
    for block in blocks:
        first = whole.setdefault(block.identity, block)
        probes = range(first.probes.start, block.probes.stop)
        whole[block.identity] = first._replace(probes=probes)
    return list(whole.values())


def _blocks(identity: int, has_genuine: bool, probes: int, step: int) -> list[ClaimBlock]:
    """Cuts an identity's probes into blocks of `step` probes."""
    starts = range(0, probes, step)
    return [
        ClaimBlock(identity, has_genuine, range(start, min(start + step, probes)))
        for start in starts
    ]
