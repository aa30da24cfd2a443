"""Batches of images, made in parallel and ahead of the step that consumes them."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from components.train.augment import augment
from components.train.sampler import Sampler

AHEAD = 4

Fed = tuple[NDArray[np.uint8], NDArray[np.int32]]


def feed(images: NDArray[np.uint8], sampler: Sampler, strength: float, first: int, last: int) -> Iterator[Fed]:
    """Yields the batches of the steps `first` to `last - 1`, in order.

    Args:
        images: uint8 [N, H, W, C], may be memory-mapped.
        sampler: draws rows and labels by step.
        strength: of the augmentation, 0 to 1.
        first: the first step, counted from 0.
        last: the step after the last.

    Yields:
        (uint8 [B, H, W, C], labels int32 [B])
    """
    with ThreadPoolExecutor(2, "feed") as pool:
        pending: deque[Future[Fed]] = deque()
        for step in range(first, last):
            pending.append(pool.submit(make_batch, images, sampler, strength, step))
            if len(pending) > AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def make_batch(images: NDArray[np.uint8], sampler: Sampler, strength: float, step: int) -> Fed:
    """The batch of one step; equal arguments give equal bytes, in any thread and on any run."""
    rows, labels = sampler.draw(step)
    batch = images[rows]
    if strength:
        random = np.random.default_rng([sampler.seed, 1, step])
        batch = np.stack([augment(image, strength, random) for image in batch])
    return batch, labels
