"""Exact scoring of more comparisons than can be held, against the bare matrix product that computes
their distances.

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
from components.evaluate.scoring.operating_points import points
from components.evaluate.scoring.pair_blocks import Block, Products, Scratch
from components.evaluate.scoring.roc_bands import multiplying
from components.shared.verification.sampling import Labels

FAR = 0.01
PER_IDENTITY = 24


class Seconds(NamedTuple):
    wall: float
    cpu: float


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

    def score() -> None:
        found.append(points(Products(embeddings, labels, "random"), FAR))

    def multiply(block: Block) -> None:
        left, right = (embeddings[at.start : at.stop] for at in (block.rows, block.columns))
        np.matmul(left, right.T, out=thrown_away.of(len(left), len(right)))

    def product() -> None:
        with multiplying() as threads:
            list(threads.map(multiply, products.blocks))

    thrown_away = Scratch()
    products = Products(embeddings, labels, "random")
    found: list[object] = []
    product()
    product_peak = _peak()
    score()
    times = [(_seconds(product), _seconds(score)) for _ in range(options.rounds)]
    print(
        f"{options.embeddings} embeddings, D {options.size}, {sum(products.totals):,} comparisons"
    )
    print(found[-1])
    print(f"{'':<24}{'wall':>10}{'cpu':>10}")
    for name, column in (("bare product", 0), ("scoring", 1)):
        wall, cpu = (statistics.median(pair[column][clock] for pair in times) for clock in (0, 1))
        print(f"{name:<24}{wall:>8.2f} s{cpu:>8.2f} s")
    wall, cpu = (
        statistics.median(bare[clock] / ours[clock] for bare, ours in times) for clock in (0, 1)
    )
    print(f"{'speed of the product':<24}{wall:>10.0%}{cpu:>10.0%}")
    print(
        f"peak memory {_peak():.2f} GiB; {product_peak:.2f} after the bare product, {before:.2f} before"
    )


def synthetic(count: int, size: int, spread: float) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Unit vectors around a centre of each identity."""
    rng = np.random.default_rng(0)
    identity = np.arange(count) // PER_IDENTITY
    centres = rng.normal(size=(identity[-1] + 1, size))
    vectors = (centres[identity] + spread * rng.normal(size=(count, size))).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), identity


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _seconds(action: Callable[[], None]) -> Seconds:
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return Seconds(time.perf_counter() - wall, time.process_time() - cpu)


if __name__ == "__main__":
    main()
