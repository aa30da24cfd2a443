"""Prefetching: batches in order, ahead of the step."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np
import pandas as pd
import pytest

from components.train.data.prefetch import make_batch, prefetch
from components.train.data.sampler import Sampler
from components.train.params import AugmentParams

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 16, 24, 1), np.uint8)
ALL = AugmentParams(elastic=0.05, thickness=0.5, flip=True, brightness=0.1, contrast=0.1)
NOTHING = AugmentParams(rotation=0, scale=0, shear=0, shift=0, thickness=0)


def a_sampler(hard: float = 0.0) -> Sampler:
    table = pd.DataFrame({"row": np.arange(40), "identity": np.arange(40) // 4, "kind": "genuine"})
    return Sampler(table, identities=4, images=2, forgeries=0, seed=9, hard_identities=hard)


@pytest.mark.parametrize("workers", [1, 2, 5, "auto"])
def test_the_batches_of_the_asked_steps_come_in_order_and_equal_those_made_alone(
    workers: int | Literal["auto"],
) -> None:
    batches = list(prefetch(IMAGES, a_sampler(), ALL, range(3, 15), workers))
    assert len(batches) == 12
    for step, batch in enumerate(batches, 3):
        alone = make_batch(IMAGES, a_sampler(), ALL, step)
        assert [part.tobytes() for part in (batch.images, batch.labels, batch.rows)] == [
            part.tobytes() for part in (alone.images, alone.labels, alone.rows)
        ]


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (8, 8), (96, 16)])
def test_auto_is_a_thread_a_core_and_sixteen_at_most(
    monkeypatch: pytest.MonkeyPatch, cores: int, threads: int
) -> None:
    counts = []

    def pool(count: int, name: str) -> ThreadPoolExecutor:
        counts.append(count)
        return ThreadPoolExecutor(count, name)

    monkeypatch.setattr("components.train.data.prefetch.cores.available", lambda: cores)
    monkeypatch.setattr("components.train.data.prefetch.ThreadPoolExecutor", pool)
    assert len(list(prefetch(IMAGES, a_sampler(), NOTHING, range(3), "auto"))) == 3
    assert counts == [threads]


def test_a_batch_says_which_rows_it_was_made_of() -> None:
    batch = make_batch(IMAGES, a_sampler(), NOTHING, 2)
    assert (batch.images == IMAGES[batch.rows]).all()
    assert (batch.labels == batch.rows // 4).all()


def test_new_neighbours_hold_from_the_next_batch_on_however_much_was_made_ahead() -> None:
    neighbours = np.arange(10)[:, np.newaxis] ^ 1
    sampler = a_sampler(hard=0.5)
    batches = []
    for step, batch in enumerate(prefetch(IMAGES, sampler, ALL, range(12), 2)):
        batches.append(batch)
        if step == 4:
            sampler.neighbours = neighbours
    resumed = a_sampler(hard=0.5)
    resumed.neighbours = neighbours
    expected = [
        *prefetch(IMAGES, a_sampler(hard=0.5), ALL, range(5), 2),
        *prefetch(IMAGES, resumed, ALL, range(5, 12), 2),
    ]
    assert [batch.images.tobytes() for batch in batches] == [
        batch.images.tobytes() for batch in expected
    ]


def test_prefetching_that_is_left_leaves_no_thread_behind() -> None:
    batches = prefetch(IMAGES, a_sampler(), NOTHING, range(1000), 3)
    next(batches)
    assert any(thread.name.startswith("prefetch") for thread in threading.enumerate())
    batches.close()  # type: ignore[attr-defined]
    assert not any(thread.name.startswith("prefetch") for thread in threading.enumerate())


def test_no_steps_are_no_batches() -> None:
    assert list(prefetch(IMAGES, a_sampler(), ALL, range(7, 7), 2)) == []
