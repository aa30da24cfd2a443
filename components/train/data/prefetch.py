"""Batches of images, made in parallel and ahead of the step that consumes them."""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.train.data.augment import augment
from components.train.data.sampler import Sampler
from components.train.params import AugmentParams

AHEAD = 2  # batches a worker
MOST = 16  # workers


class Fed(NamedTuple):
    """One batch: images uint8 [B, H, W, C], labels int32 [B], rows of the image store int64 [B]."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int32]
    rows: NDArray[np.int64]


def feed(
    images: NDArray[np.uint8],
    sampler: Sampler,
    params: AugmentParams,
    first: int,
    last: int,
    workers: int | Literal["auto"],
) -> Iterator[Fed]:
    """Yields the batches of the steps `first` to `last - 1`, in order.

    Where the sampler's neighbours have changed since the last batch, what was made ahead is made
    again, so that a step's batch depends on the neighbours known when it is asked for and not on
    how far ahead the workers were.

    Args:
        images: uint8 [N, H, W, C], may be memory-mapped.
        sampler: draws rows and labels by step.
        params: the largest changes of the augmentation.
        first: the first step, counted from 0.
        last: the step after the last.
        workers: threads; auto: one a core, 16 at most.
    """
    threads = min(os.cpu_count() or 1, MOST) if workers == "auto" else workers
    pool = ThreadPoolExecutor(threads, "feed")
    pending: deque[Future[Fed]] = deque()
    neighbours = sampler.neighbours
    try:
        for step in range(first, last):
            if sampler.neighbours is not neighbours:
                neighbours = sampler.neighbours
                _discard(pending)
            while len(pending) <= AHEAD * threads and step + len(pending) < last:
                pending.append(
                    pool.submit(make_batch, images, sampler, params, step + len(pending))
                )
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def make_batch(
    images: NDArray[np.uint8], sampler: Sampler, params: AugmentParams, step: int
) -> Fed:
    """The batch of one step; equal arguments give equal bytes, in any thread and on any run."""
    rows, labels = sampler.draw(step)
    return Fed(
        augment(images[rows], params, np.random.default_rng([sampler.seed, 1, step])), labels, rows
    )


def _discard(pending: deque[Future[Fed]]) -> None:
    for future in pending:
        future.cancel()
    pending.clear()
