"""Single-reference comparisons that do not fit in memory: blocks of one float32 matrix product.

Any of them can be computed again exactly.
"""

import threading
from collections.abc import Iterator
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
from components.shared.verification.sampling import Labels

Indices = NDArray[np.intp]

EXACT_AT_ONCE = 2**20
"""Numbers in the vectors that are compared exactly at once."""


class PairBlock(NamedTuple):
    """Comparisons of images with images, each a range of positions.

    Attributes:
        rows: references.
        columns: probes.
        has_genuine: the probes begin with the references themselves; each pair counts once, and
            may be genuine.
        weight: number of comparisons that an impostor comparison stands for.
    """

    rows: range
    columns: range
    has_genuine: bool
    weight: int


class PairBlocks:
    """A block source of the comparisons with one reference and one kind of impostor.

    Values are squared distances. That of two images of claimed identities is computed once, for the
    claims of both: it weighs 2, and 1 with an image whose identity cannot be claimed. Without such
    images all weigh 1, as only their ratio matters.

    Args:
        embeddings: float [N, D].
        labels: of the N images.
        kind: of the impostors, `skilled` or `random`.
        size: size of the blocks.

    Attributes:
        blocks: blocks that hold each comparison once.
        totals: numbers of genuine and of impostor comparisons, by their weights.
        error_bound: largest difference between a computed square and the true one (Higham 2002,
            section 3.1, for any order of summation).
        size: size of the blocks.

    Five images on a line, the last one a forgery. One block holds all pairs of the first four:

    >>> labels = Labels(np.array([0, 0, 1, 1, 0]), np.array([False, False, False, False, True]))
    >>> pairs = PairBlocks([[0.0], [1.0], [3.0], [4.0], [6.0]], labels, "random")
    >>> pairs.totals
    (2, 4)
    >>> genuine, impostor = pairs.score_block(pairs.blocks[0])
    >>> genuine.value.tolist(), genuine.position.tolist(), genuine.weight
    ([1.0, 1.0], [1, 11], 1)
    >>> impostor.value.tolist(), impostor.position.tolist(), impostor.weight
    ([9.0, 16.0, 4.0, 9.0], [2, 3, 6, 7], 1)
    >>> pairs.distances(impostor.value, np.zeros(4, int), impostor.position).tolist()
    [3.0, 4.0, 2.0, 3.0]
    """

    def __init__(
        self, embeddings: ArrayLike, labels: Labels, kind: str, size: BlockSize = BLOCK_SIZE
    ) -> None:
        vectors, forged = np.asarray(embeddings), np.asarray(labels.forged, bool)
        _, code = np.unique(labels.identity, return_inverse=True)
        sizes = np.bincount(code[~forged], minlength=int(code.max(initial=-1)) + 1)
        # Genuine images of claimed identities, of others, forgeries of claimed ones, of others.
        group = 2 * forged + (sizes[code] < 2)
        order = np.lexsort((code, group))[: np.count_nonzero(group < 3)]
        self._vectors, self._code = vectors[order], code[order]
        self.size = size
        claimed, images = int(np.count_nonzero(group < 1)), int(np.count_nonzero(group < 2))
        owners, forgers = self._code[:claimed], self._code[images:]
        if kind == "random":
            weight = 1 if images == claimed else 2
            self.blocks = [
                *_genuine_blocks(owners, weight, size),
                *_random_blocks(owners, images, weight, size),
            ]
            impostor = weight * int((sizes[sizes > 1] * (images - sizes[sizes > 1])).sum())
            impostor //= 2
        else:
            self.blocks = [
                *_genuine_blocks(owners, 0, size),
                *_skilled_blocks(owners, forgers, images, size),
            ]
            impostor = int(sizes[forgers].sum())
        corners = [
            (block.rows.start, block.columns.start, len(block.columns)) for block in self.blocks
        ]
        self._corners = np.array(corners).reshape(-1, 3)
        self.totals = int((sizes * (sizes - 1)).sum()) // 2, impostor

        # The product of (−2x, |x|², 1) and (y, 1, |y|²) is the squared distance |x − y|².
        self._norms = np.einsum("nd,nd->n", self._vectors, self._vectors, dtype=np.float64)
        largest = float(self._norms.max(initial=0))
        self.error_bound = (
            4 * largest * (vectors.shape[1] + 12) * float(np.finfo(np.float32).epsneg)
        )
        self._left, self._right = np.ones((2, len(order), vectors.shape[1] + 2), np.float32)
        self._left[:, :-2], self._right[:, :-2] = -2 * self._vectors, self._vectors
        self._left[:, -2], self._right[:, -1] = self._norms, self._norms
        self._buffer = ProductBuffer(size)

    def __len__(self) -> int:
        return len(self._vectors)

    def subsample(self, step: int) -> Self:
        """Returns one of `step` rows with one of `step` columns of every block."""
        result = copy(self)
        result.blocks = []
        for number, block in enumerate(self.blocks):
            # Of neighbouring blocks other rows with other columns, so that all images take part.
            rows = stride(block.rows, step, number)
            columns = stride(block.columns, step, number // step)
            result.blocks.append(block._replace(rows=rows, columns=columns))
        return result

    def score_block(self, block: PairBlock) -> tuple[BlockScores, BlockScores]:
        """Computes a block's genuine and impostor comparisons as squared distances."""
        rows, columns = _slice(block.rows), _slice(block.columns)
        left, right = self._left[rows], self._right[columns]
        square = np.matmul(left, right.T, out=self._buffer.of(len(left), len(right)))
        flat = square.ravel()
        if not block.has_genuine:
            return BlockScores(flat[:0], None, 1), BlockScores(flat, None, block.weight)
        references, probes = self._code[rows, None], self._code[columns]
        once = np.array(block.rows)[:, None] < np.array(block.columns)
        genuine = np.flatnonzero((references == probes) & once)
        impostor = np.flatnonzero(references < probes) if block.weight else genuine[:0]
        return (
            BlockScores(flat[genuine], genuine, 1),
            BlockScores(flat[impostor], impostor, block.weight),
        )

    def distances(self, value: Floats32, block: Integers, position: Integers) -> Floats32:
        """Computes exact distances [n] of comparisons in float64."""
        first_row, first_column, width = self._corners[block].T
        row, column = first_row + position // width, first_column + position % width
        result = np.empty(len(position), np.float32)
        step = max(1, EXACT_AT_ONCE // self._vectors.shape[1])
        for start in range(0, len(position), step):
            i, j = row[start : start + step], column[start : start + step]
            products = np.einsum("nd,nd->n", self._vectors[i], self._vectors[j], dtype=np.float64)
            square = self._norms[i] + self._norms[j] - 2 * products
            result[start : start + step] = np.sqrt(np.maximum(square, 0))
        return result


class ProductBuffer(threading.local):
    """Memory of each thread's own for the product of a block.

    Fresh memory for each block would cost as much as the product.
    """

    def __init__(self, size: BlockSize = BLOCK_SIZE) -> None:
        self._numbers = np.empty(size.cells, np.float32)

    def of(self, rows: int, columns: int) -> Floats32:
        """Returns a part of it in this shape."""
        return self._numbers[: rows * columns].reshape(rows, columns)


def _genuine_blocks(owners: Indices, weight: int, size: BlockSize) -> Iterator[PairBlock]:
    """Yields rows with the columns from them on to the end of the last row's identity."""
    for rows in _pieces(0, len(owners), size.rows // 4):
        for columns in _pieces(rows.start, _end(owners, rows), size.columns):
            yield PairBlock(rows, columns, has_genuine=True, weight=weight)


def _random_blocks(
    owners: Indices, images: int, weight: int, size: BlockSize
) -> Iterator[PairBlock]:
    """Yields rows with all columns of identities behind theirs.

    Identities that are not claimed themselves stand last; a comparison with them weighs 1.
    """
    for rows in _pieces(0, len(owners), size.rows):
        end = _end(owners, rows)
        for few in _pieces(rows.start, rows.stop, size.rows // 4):
            for columns in _pieces(_end(owners, few), end, size.columns):
                yield PairBlock(few, columns, has_genuine=False, weight=weight)
        for columns in _pieces(end, len(owners), size.columns):
            yield PairBlock(rows, columns, has_genuine=False, weight=weight)
        for columns in _pieces(len(owners), images, size.columns):
            yield PairBlock(rows, columns, has_genuine=False, weight=1)


def _skilled_blocks(
    owners: Indices, forgers: Indices, first: int, size: BlockSize
) -> Iterator[PairBlock]:
    """Yields the genuine images of each identity with its forgeries, which begin at `first`."""
    for identity in np.unique(forgers):
        start, end = np.searchsorted(owners, [identity, identity + 1])
        from_first, to_last = first + np.searchsorted(forgers, [identity, identity + 1])
        for rows in _pieces(start, end, size.rows):
            for columns in _pieces(from_first, to_last, size.columns):
                yield PairBlock(rows, columns, has_genuine=False, weight=1)


def _end(owners: Indices, rows: range) -> int:
    """Returns the position behind the last row's identity."""
    return int(np.searchsorted(owners, owners[rows[-1]], side="right"))


def _pieces(start: int, stop: int, size: int) -> Iterator[range]:
    """Yields the range in pieces of `size`, the last one smaller."""
    return (range(at, min(at + size, int(stop))) for at in range(int(start), int(stop), size))


def _slice(positions: range) -> slice:
    return slice(positions.start, positions.stop, positions.step)
