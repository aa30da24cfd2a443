"""The comparisons of `pairs.compare`, claim by claim, where they are too many to hold."""

from copy import copy
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.evaluate.scoring.block_source import COLUMNS, ROWS, Floats32, Found, Integers, every
from components.shared.verification.comparisons import Fusion, Scores, drawing, mean
from components.shared.verification.sampling import Draws, Labels


class Block(NamedTuple):
    """Comparisons of one identity's references with some probes.

    Attributes:
        identity: the claimed one, its position among the sorted distinct identities.
        own: the probes are its genuine images, otherwise impostors.
        probes: which of them, in the data's order.
    """

    identity: int
    own: bool
    probes: range


class Claims:
    """A source of the claims of all identities against one kind of impostor.

    Args:
        embeddings: float [N, D].
        labels: of the N images.
        kind: of the impostors, `skilled` or `random`.
        draws: of the references.
        fuse: makes one distance of those to several references.

    Attributes:
        kind: as given.
        references: as given.
        blocks: those of one identity follow each other.
        totals: genuine and impostor comparisons.
        slack: none.
        farthest: no distance is larger.
    """

    slack = 0.0

    def __init__(
        self,
        embeddings: ArrayLike,
        labels: Labels,
        kind: str,
        draws: Draws,
        fuse: Fusion = mean,
    ) -> None:
        self._vectors = np.asarray(embeddings, np.float64)
        self._forged = np.asarray(labels.forged, bool)
        self.kind, self.references = kind, draws.references
        self._draws, self._fuse = draws, fuse
        names, self._code = np.unique(labels.identity, return_inverse=True)
        genuine, forgeries = (
            np.bincount(self._code[kept], minlength=len(names))
            for kept in (~self._forged, self._forged)
        )
        impostors = forgeries if kind == "skilled" else genuine.sum() - genuine
        if draws.references == 1:
            each = genuine
            counted = genuine * (genuine - 1) // 2
        else:
            each = np.full(len(names), draws.number)
            counted = draws.number * (genuine - draws.references)
        claimed = np.flatnonzero(genuine > draws.references)
        self.totals = int(counted[claimed].sum()), int((each * impostors)[claimed].sum())
        self.farthest = 2 * float(np.sqrt((self._vectors**2).sum(axis=1).max(initial=0)))
        self.blocks: list[Block] = []
        for name in claimed.tolist():
            size = max(1, ROWS * COLUMNS // max(int(genuine[name]), int(each[name])))
            for own, probes in ((True, int(genuine[name])), (False, int(impostors[name]))):
                starts = range(0, probes, size)
                self.blocks += [
                    Block(name, own, range(start, min(start + size, probes))) for start in starts
                ]

    def __len__(self) -> int:
        return len({block.identity for block in self.blocks})

    def thinned(self, step: int) -> Self:
        result = copy(self)
        result.blocks = [
            b._replace(probes=every(step**2, b.probes, i)) for i, b in enumerate(self.blocks)
        ]
        return result

    def compared(self, block: Block) -> tuple[Found, Found]:
        mine = self._code == block.identity
        images = np.flatnonzero(mine & ~self._forged)
        drawn, counted, fuse = drawing(len(images), block.identity, self._draws, self._fuse)
        some = slice(block.probes.start, block.probes.stop, block.probes.step)
        probes = self._probes(block, mine)[some]
        distance = fuse(self._vectors[images], self._vectors[probes], drawn).astype(np.float32)
        nothing = Found(np.zeros(0, np.float32), None, 1)
        if not block.own:
            return nothing, Found(distance.ravel(), None, 1)
        return Found(distance[counted[:, some]], None, 1), nothing

    def distances(self, value: Floats32, block: Integers, position: Integers) -> Floats32:
        return value

    def scores(self) -> tuple[Scores, Scores]:
        """All genuine and all impostor comparisons, by block."""
        sides = []
        for sort in range(2):
            blocks = [block for block in self.blocks if block.own != bool(sort)]
            parts = [self.compared(block)[sort].value for block in blocks]
            whose = np.repeat(
                np.array([b.identity for b in blocks], np.int32), [len(part) for part in parts]
            )
            sides.append(Scores(np.concatenate([np.zeros(0, np.float32), *parts]), whose))
        return sides[0], sides[1]

    def _probes(self, block: Block, mine: NDArray[np.bool_]) -> NDArray[np.intp]:
        if block.own:
            return np.flatnonzero(mine & ~self._forged)
        return np.flatnonzero(
            mine & self._forged if self.kind == "skilled" else ~mine & ~self._forged
        )
