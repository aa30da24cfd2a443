"""Sources of comparisons that do not fit in memory: computed block by block, as often as needed."""

from typing import NamedTuple, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]
Integers = NDArray[np.integer]


class BlockSize(NamedTuple):
    """Largest size of a block: it stays in the processor's cache, and is worth its calls."""

    rows: int = 512
    columns: int = 2048

    @property
    def cells(self) -> int:
        """Number of comparisons in the largest block."""
        return self.rows * self.columns


BLOCK_SIZE = BlockSize()


class Block(Protocol):
    """A block of comparisons, described and not yet computed."""

    @property
    def has_genuine(self) -> bool:
        """True where some of its comparisons may be genuine."""


class BlockScores(NamedTuple):
    """Genuine or impostor comparisons of a block.

    Attributes:
        value: float32 [n], distances, or a function that grows with them, at most the source's
            `error_bound` off.
        position: int [n] in the flattened block; None: all of it, in order.
        weight: number of comparisons that each one stands for.
    """

    value: Floats32
    position: Integers | None
    weight: int


BlockT = TypeVar("BlockT", bound=Block)


class BlockSource(Protocol[BlockT]):
    """Genuine comparisons and those with one kind of impostor.

    Attributes:
        blocks: blocks that hold each comparison once, `size.cells` at most in one.
        totals: numbers of genuine and of impostor comparisons.
        error_bound: largest difference between a computed value and the true one.
        size: size of the blocks.
    """

    blocks: list[BlockT]
    totals: tuple[int, int]
    error_bound: float
    size: BlockSize

    def __len__(self) -> int:
        """Returns the number of images, or identities, that are compared: a sample's size."""

    def subsample(self, step: int) -> Self:
        """Returns one of `step`² comparisons, of as many images or identities."""

    def score_block(self, block: BlockT) -> tuple[BlockScores, BlockScores]:
        """Computes a block's genuine and impostor comparisons.

        They are overwritten when the same thread computes the next block.
        """

    def distances(self, value: Floats32, block: Integers, position: Integers) -> Floats32:
        """Computes exact distances [n].

        Args:
            value: [n] as `score_block` computed them.
            block: [n] index of the block in `blocks`.
            position: [n] in the flattened block.
        """


def stride(values: range, step: int, number: int) -> range:
    """Returns every `step`-th element; the offset rotates with `number`.

    >>> [list(stride(range(5), 2, number)) for number in range(3)]
    [[0, 2, 4], [1, 3], [0, 2, 4]]
    """
    return values[number % step :: step]
