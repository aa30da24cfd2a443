"""Exact scoring out of core, against the bare matrix product that computes the distances.

    python -m benchmarks.scoring --embeddings 20000 --size 128

Synthetic embeddings of unit length, all genuine; every pair of images is compared. The product is
float32, block by block as scoring multiplies, its results thrown away. Both take turns in one
process; medians of the paired ratios, by the clock and by processor time, which other programs on
the machine disturb less.
"""

import resource
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.arguments import parser
from components.evaluate.scoring.operating_points import OperatingPoints, operating_points
from components.evaluate.scoring.pair_blocks import PairBlock, PairBlocks, ProductBuffer
from components.evaluate.scoring.roc_bands import product_threads
from components.shared.verification.sampling import Labels

FAR = 0.01
PER_IDENTITY = 24


class Seconds(NamedTuple):
    """Seconds of one run, by the clock and of the processor."""

    wall: float
    cpu: float


class Turn(NamedTuple):
    """Seconds of the bare product and of scoring, one after the other."""

    product: Seconds
    scoring: Seconds


def main() -> None:
    """Prints the seconds of both, their ratio, and the peak memory."""
    arguments = parser("scoring", __doc__)
    arguments.add_argument("--embeddings", type=int, default=20_000, metavar="N", help="how many")
    arguments.add_argument("--size", type=int, default=128, metavar="N", help="of an embedding")
    arguments.add_argument(
        "--spread", type=float, default=1.7, metavar="RATIO", help="within identities, over between"
    )
    arguments.add_argument("--rounds", type=int, default=9, metavar="N", help="turns of both")
    options = arguments.parse_args()
    embeddings, identity = synthetic(options.embeddings, options.size, options.spread)
    before = _peak()
    labels = Labels(identity, np.zeros(len(identity), bool))
    pairs = PairBlocks(embeddings, labels, "random")
    product = _product(embeddings, pairs)

    def score() -> OperatingPoints:
        return operating_points(PairBlocks(embeddings, labels, "random"), FAR)

    product()
    product_peak = _peak()
    points = score()
    turns = [Turn(_seconds(product), _seconds(score)) for _ in range(options.rounds)]
    print(f"{options.embeddings} embeddings, D {options.size}, {sum(pairs.totals):,} comparisons")
    print(points)
    _print_seconds(turns)
    print(
        f"peak memory {_peak():.2f} GiB; {product_peak:.2f} after the bare product, "
        f"{before:.2f} before"
    )


def synthetic(count: int, size: int, spread: float) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Returns unit vectors around a centre of each identity, and the identities."""
    rng = np.random.default_rng(0)
    identity = np.arange(count) // PER_IDENTITY
    centres = rng.normal(size=(identity[-1] + 1, size))
    vectors = (centres[identity] + spread * rng.normal(size=(count, size))).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), identity


def _product(embeddings: NDArray[np.float32], pairs: PairBlocks) -> Callable[[], None]:
    """Returns a function that multiplies all blocks and throws the products away."""
    buffer = ProductBuffer()

    def multiply(block: PairBlock) -> None:
        left = embeddings[block.rows.start : block.rows.stop]
        right = embeddings[block.columns.start : block.columns.stop]
        np.matmul(left, right.T, out=buffer.of(len(left), len(right)))

    def product() -> None:
        with product_threads() as threads:
            list(threads.map(multiply, pairs.blocks))

    return product


def _print_seconds(turns: list[Turn]) -> None:
    print(f"{'':<24}{'wall':>10}{'cpu':>10}")
    for name in ("product", "scoring"):
        label = "bare product" if name == "product" else name
        wall = statistics.median(getattr(turn, name).wall for turn in turns)
        cpu = statistics.median(getattr(turn, name).cpu for turn in turns)
        print(f"{label:<24}{wall:>8.2f} s{cpu:>8.2f} s")
    wall = statistics.median(turn.product.wall / turn.scoring.wall for turn in turns)
    cpu = statistics.median(turn.product.cpu / turn.scoring.cpu for turn in turns)
    print(f"{'speed of the product':<24}{wall:>10.0%}{cpu:>10.0%}")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _seconds(action: Callable[[], object]) -> Seconds:
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return Seconds(time.perf_counter() - wall, time.process_time() - cpu)


if __name__ == "__main__":
    main()
