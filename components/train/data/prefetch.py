"""Batches of images, made by parallel threads ahead of the step that consumes them."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.shared.runtime import cores
from components.train.data.augment import augment
from components.train.data.sampler import Sampler
from components.train.params import AugmentParams

BATCHES_PER_WORKER = 2
MAX_WORKERS = 16


class Batch(NamedTuple):
    """One batch of training images.

    Attributes:
        images: uint8 [B, H, W, C].
        labels: int32 [B], codes of identities, or FORGERY.
        rows: int64 [B], of the image store.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int32]
    rows: NDArray[np.int64]


def prefetch(
    images: NDArray[np.uint8],
    sampler: Sampler,
    params: AugmentParams,
    steps: range,
    workers: int | Literal["auto"],
) -> Iterator[Batch]:
    """Yields the batches of some steps, in order.

    When the sampler's neighbours change, the batches made ahead are discarded and made again, so
    that a step's batch depends on the neighbours at the moment it is consumed and not on how far
    ahead the workers were.

    Args:
        images: uint8 [N, H, W, C], may be memory-mapped.
        sampler: draws rows and labels by step.
        params: the largest changes of the augmentation.
        steps: consecutive steps, counted from 0.
        workers: threads; auto: one per core, 16 at most.
    """
    threads = min(cores.available(), MAX_WORKERS) if workers == "auto" else workers
    pool = ThreadPoolExecutor(threads, "prefetch")
    pending: deque[Future[Batch]] = deque()
    neighbours = sampler.neighbours
    try:
        for step in steps:
            if sampler.neighbours is not neighbours:
                neighbours = sampler.neighbours
                _discard(pending)
            while len(pending) <= BATCHES_PER_WORKER * threads and step + len(pending) in steps:
                future = pool.submit(make_batch, images, sampler, params, step + len(pending))
                pending.append(future)
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def make_batch(
    images: NDArray[np.uint8], sampler: Sampler, params: AugmentParams, step: int
) -> Batch:
    """Returns the batch of one step; equal arguments give equal bytes in any thread and any run."""
    rows, labels = sampler.draw(step)
    random = np.random.default_rng([sampler.seed, 1, step])
    return Batch(augment(images[rows], params, random), labels, rows)


def _discard(pending: deque[Future[Batch]]) -> None:
    for future in pending:
        future.cancel()
    pending.clear()
