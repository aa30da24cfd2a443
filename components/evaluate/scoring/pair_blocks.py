"""Single-reference comparisons too many to hold: blocks of one float32 matrix product, and any of
them exactly.
"""

import threading
from collections.abc import Iterator
from copy import copy
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.evaluate.scoring.block_source import COLUMNS, ROWS, Floats32, Found, Integers, every
from components.shared.verification.sampling import Labels

Indices = NDArray[np.intp]

AT_ONCE = 2**20  # numbers in the vectors that are compared exactly


class Block(NamedTuple):
    """Comparisons of images with images, each a range of positions.

    Attributes:
        rows: references.
        columns: probes.
        own: the probes begin with the references themselves; each pair counts once, and may be
            genuine.
        times: claims that an impostor comparison stands for.
    """

    rows: range
    columns: range
    own: bool
    times: int


class Products:
    """A source of the comparisons that `pairs.compare` makes with one reference and one kind of
    impostor.

    Values are squared distances. That of two images of claimed identities is computed once, for the
    claims of both.

    Args:
        embeddings: float [N, D].
        labels: of the N images.
        kind: of the impostors, `skilled` or `random`.

    Attributes:
        blocks: hold each comparison once.
        totals: genuine and impostor comparisons, the latter counted `times`.
        slack: how far a square may lie from the true one (Higham 2002, section 3.1, for any order
            of summation).
    """

    def __init__(self, embeddings: ArrayLike, labels: Labels, kind: str) -> None:
        vectors, fake = np.asarray(embeddings), np.asarray(labels.forged, bool)
        _, code = np.unique(labels.identity, return_inverse=True)
        sizes = np.bincount(code[~fake], minlength=int(code.max(initial=-1)) + 1)
        group = 2 * fake + (
            sizes[code] < 2
        )  # genuine of claimed identities, of others, forgeries likewise
        order = np.lexsort((code, group))[: np.count_nonzero(group < 3)]
        self._vectors, self._code = vectors[order], code[order]
        claimed, images = (int(np.count_nonzero(group < end)) for end in (1, 2))
        owners = self._code[:claimed]
        if kind == "random":
            times = 1 if images == claimed else 2
            self.blocks = [*_own(owners, times), *_others(owners, images, times)]
            impostor = times * int((sizes[sizes > 1] * (images - sizes[sizes > 1])).sum())
            impostor //= 2
        else:
            self.blocks = [*_own(owners, 0), *_skilled(owners, self._code[images:], images)]
            impostor = int(sizes[self._code[images:]].sum())
        self._corners = np.array(
            [(b.rows.start, b.columns.start, len(b.columns)) for b in self.blocks]
        ).reshape(-1, 3)
        self.totals = int((sizes * (sizes - 1)).sum()) // 2, impostor

        self._norms = np.einsum("nd,nd->n", self._vectors, self._vectors, dtype=np.float64)
        largest = float(self._norms.max(initial=0))
        self.slack = 4 * largest * (vectors.shape[1] + 12) * float(np.finfo(np.float32).epsneg)
        self._left, self._right = np.ones((2, len(order), vectors.shape[1] + 2), np.float32)
        self._left[:, :-2], self._right[:, :-2] = -2 * self._vectors, self._vectors
        self._left[:, -2], self._right[:, -1] = self._norms, self._norms
        self._scratch = Scratch()

    def __len__(self) -> int:
        return len(self._vectors)

    def thinned(self, step: int) -> Self:
        result = copy(self)
        # Of neighbouring blocks other rows with other columns, so that all images take part.
        result.blocks = [
            b._replace(
                rows=every(step, b.rows, number), columns=every(step, b.columns, number // step)
            )
            for number, b in enumerate(self.blocks)
        ]
        return result

    def compared(self, block: Block) -> tuple[Found, Found]:
        rows, columns = (slice(at.start, at.stop, at.step) for at in (block.rows, block.columns))
        left, right = self._left[rows], self._right[columns]
        square = np.matmul(left, right.T, out=self._scratch.of(len(left), len(right)))
        flat = square.ravel()
        if not block.own:
            return Found(flat[:0], None, 1), Found(flat, None, block.times)
        mine, theirs = self._code[rows, None], self._code[columns]
        genuine = np.flatnonzero(
            (mine == theirs) & (np.array(block.rows)[:, None] < np.array(block.columns))
        )
        impostor = np.flatnonzero(mine < theirs) if block.times else genuine[:0]
        return Found(flat[genuine], genuine, 1), Found(flat[impostor], impostor, block.times)

    def distances(self, value: Floats32, block: Integers, position: Integers) -> Floats32:
        first_row, first_column, width = self._corners[block].T
        row, column = first_row + position // width, first_column + position % width
        result = np.empty(len(position), np.float32)
        step = max(1, AT_ONCE // self._vectors.shape[1])
        for start in range(0, len(position), step):
            i, j = (at[start : start + step] for at in (row, column))
            products = np.einsum("nd,nd->n", self._vectors[i], self._vectors[j], dtype=np.float64)
            square = self._norms[i] + self._norms[j] - 2 * products
            result[start : start + step] = np.sqrt(np.maximum(square, 0))
        return result


class Scratch(threading.local):
    """Memory of each thread's own for the block at hand: fresh memory for each would cost as much
    as the product.
    """

    def __init__(self) -> None:
        self._numbers = np.empty(ROWS * COLUMNS, np.float32)

    def of(self, rows: int, columns: int) -> Floats32:
        """A part of it in this shape."""
        return self._numbers[: rows * columns].reshape(rows, columns)


def _own(owners: Indices, times: int) -> Iterator[Block]:
    """Rows with the columns from them on to the end of the last row's identity."""
    for rows in _pieces(0, len(owners), ROWS // 4):
        for columns in _pieces(rows.start, _end(owners, rows), COLUMNS):
            yield Block(rows, columns, own=True, times=times)


def _others(owners: Indices, images: int, times: int) -> Iterator[Block]:
    """Rows with all columns of identities behind theirs; of those that are not claimed themselves,
    one claim only.
    """
    for rows in _pieces(0, len(owners), ROWS):
        end = _end(owners, rows)
        for few in _pieces(rows.start, rows.stop, ROWS // 4):
            for columns in _pieces(_end(owners, few), end, COLUMNS):
                yield Block(few, columns, own=False, times=times)
        for columns in _pieces(end, len(owners), COLUMNS):
            yield Block(rows, columns, own=False, times=times)
        for columns in _pieces(len(owners), images, COLUMNS):
            yield Block(rows, columns, own=False, times=1)


def _skilled(owners: Indices, forgers: Indices, first: int) -> Iterator[Block]:
    """The genuine images of each identity with its forgeries, which begin at position `first`."""
    for identity in np.unique(forgers):
        start, end = np.searchsorted(owners, [identity, identity + 1])
        from_first, to_last = first + np.searchsorted(forgers, [identity, identity + 1])
        for rows in _pieces(start, end, ROWS):
            for columns in _pieces(from_first, to_last, COLUMNS):
                yield Block(rows, columns, own=False, times=1)


def _end(owners: Indices, rows: range) -> int:
    return int(np.searchsorted(owners, owners[rows[-1]], side="right"))


def _pieces(start: int, stop: int, size: int) -> Iterator[range]:
    return (range(at, min(at + size, int(stop))) for at in range(int(start), int(stop), size))
