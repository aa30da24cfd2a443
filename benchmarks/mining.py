"""Loss and gradient of the three minings, against pytorch-metric-learning on the same CPU with as
many threads.

It is installed for this comparison only, into an environment of its own with the same version of
Python:

    python -m venv /tmp/torch
    /tmp/torch/bin/pip install torch==2.13.0 pytorch-metric-learning
    python -m benchmarks.mining --torch /tmp/torch

Both take turns in one process, on the same unit-length embeddings, already in memory; medians. Hard
and all are the same loss in both, which the last two columns show; semi-hard is each library's own:
here the nearest negative beyond the positive for every pair, there every negative between the
positive and the margin.
"""

import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.arguments import add_rounds, parser
from benchmarks.timing import time_action
from components.shared.runtime import backend

KINDS = ("semi-hard", "hard", "all")
MARGIN = 0.2

Floats = NDArray[np.float32]
Codes = NDArray[np.int32]
Pass = Callable[[], float]


def main() -> None:
    """Prints the milliseconds of both, their ratio, and their losses."""
    arguments = parser("mining", __doc__)
    arguments.add_argument(
        "--torch",
        type=Path,
        required=True,
        metavar="DIR",
        help="environment with pytorch-metric-learning",
    )
    arguments.add_argument("--batch", type=int, default=1024, metavar="N", help="embeddings (B)")
    arguments.add_argument("--size", type=int, default=128, metavar="N", help="of an embedding (D)")
    arguments.add_argument("--images", type=int, default=4, metavar="N", help="of an identity (K)")
    add_rounds(arguments, 9, "turns of both")
    arguments.add_argument(
        "--threads", type=int, default=os.cpu_count(), metavar="N", help="of each; all cores"
    )
    options = arguments.parse_args()
    # Behind the project's own packages, so that what both have is the project's.
    sys.path.extend(str(folder) for folder in options.torch.glob("lib/python*/site-packages"))
    backend.load()
    size = (options.batch, options.size)
    embeddings = np.random.default_rng(0).normal(size=size).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    labels = (np.arange(options.batch) // options.images).astype(np.int32)
    ours = our_passes(embeddings, labels, options.images, options.threads)
    theirs = their_passes(embeddings, labels, options.threads)
    print(
        f"B {options.batch}, D {options.size}, K {options.images}, "
        f"{options.threads} threads, {options.rounds} rounds"
    )
    print(f"{'mining':<12}{'ours':>10}{'theirs':>12}{'ratio':>8}{'our loss':>12}{'their loss':>12}")
    for kind in KINDS:
        _compare(kind, ours[kind], theirs[kind], options.rounds)


def _compare(kind: str, ours: Pass, theirs: Pass, rounds: int) -> None:
    losses = ours(), theirs()
    times = [(time_action(ours).wall, time_action(theirs).wall) for _ in range(rounds)]
    our_time = 1000 * statistics.median(our for our, _ in times)
    their_time = 1000 * statistics.median(their for _, their in times)
    ratio = statistics.median(our / their for our, their in times)
    print(
        f"{kind:<12}{our_time:>7.1f} ms{their_time:>9.1f} ms{ratio:>8.3f}"
        f"{losses[0]:>12.6f}{losses[1]:>12.6f}"
    )


def our_passes(embeddings: Floats, labels: Codes, images: int, threads: int) -> dict[str, Pass]:
    """Returns this project's passes, as the train step compiles them on a CPU."""
    import tensorflow as tf

    from components.train.loss import mining
    from components.train.loss.triplet_loss import triplet_loss

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    minings: dict[str, Callable[[Any, Any], Any]] = {
        "semi-hard": lambda distance, masks: mining.semi_hard(distance, masks, images - 1),
        "hard": mining.hard,
        "all": lambda distance, masks: mining.batch_all(distance, masks, images - 1),
    }

    def compile_pass(kind: str) -> Pass:
        @tf.function
        def step(rows: Any, codes: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(rows)
                triplets = minings[kind](mining.distances(rows), mining.masks(codes))
                loss = triplet_loss(triplets, MARGIN).value
            return loss, tape.gradient(loss, rows)

        rows, codes = tf.constant(embeddings), tf.constant(labels)

        def run() -> float:
            loss, gradient = step(rows, codes)
            gradient.numpy()
            return float(loss)

        return run

    return {kind: compile_pass(kind) for kind in KINDS}


def their_passes(embeddings: Floats, labels: Codes, threads: int) -> dict[str, Pass]:
    """Returns pytorch-metric-learning's passes, with Euclidean distances of embeddings that have
    unit length already.
    """
    import torch  # type: ignore[import-not-found]
    from pytorch_metric_learning import (  # type: ignore[import-not-found]
        distances,
        losses,
        miners,
        reducers,
    )

    torch.set_num_threads(threads)
    euclidean = distances.LpDistance(normalize_embeddings=False)
    # The default reducer takes the mean over the losses above 0.
    over_all = losses.TripletMarginLoss(margin=MARGIN, distance=euclidean)
    over_mined = losses.TripletMarginLoss(
        margin=MARGIN, distance=euclidean, reducer=reducers.MeanReducer()
    )
    hard = miners.BatchHardMiner(distance=euclidean)
    semi_hard = miners.TripletMarginMiner(
        margin=MARGIN, distance=euclidean, type_of_triplets="semihard"
    )
    rows = torch.tensor(embeddings, requires_grad=True)
    codes = torch.tensor(labels, dtype=torch.int64)
    passes: dict[str, Callable[[], Any]] = {
        "semi-hard": lambda: over_mined(rows, codes, semi_hard(rows, codes)),
        "hard": lambda: over_mined(rows, codes, hard(rows, codes)),
        "all": lambda: over_all(rows, codes),
    }

    def compile_pass(kind: str) -> Pass:
        def run() -> float:
            rows.grad = None
            loss = passes[kind]()
            loss.backward()
            return float(loss.detach())

        return run

    return {kind: compile_pass(kind) for kind in KINDS}


if __name__ == "__main__":
    main()
