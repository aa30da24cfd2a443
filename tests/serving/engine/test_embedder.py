"""Embeddings for many callers, against one image at a time through normalisation and network."""

import dataclasses
import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.shared.data.normalise import normalise
from components.shared.data.outcomes import Rejected
from serving.engine import model as served
from serving.engine.embedder import Busy, Embedder
from serving.engine.model import ServedModel
from tests.serving.bundles import SHAPE, blank, signature, write_served_bundle

F32 = npt.NDArray[np.float32]
BAD = (b"", b"no image", blank(), signature(0, 0)[:90])


class Gate:
    """The real network behind a gate that can be closed; it notes the sizes of its batches."""

    def __init__(self, session: Any) -> None:
        self.session, self.open, self.reached = session, Event(), Event()
        self.sizes: list[int] = []
        self.fails = False

    def run(self, pixels: npt.NDArray[np.uint8]) -> F32:
        self.sizes.append(len(pixels))
        self.reached.set()
        assert self.open.wait(30)
        if self.fails:
            raise RuntimeError("out of memory")
        result: F32 = self.session.run(pixels)
        return result


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ServedModel:
    return served.load(write_served_bundle(tmp_path_factory.mktemp("bundle") / "frozen"))


@pytest.fixture
def embedder(model: ServedModel) -> Iterator[Embedder]:
    with Embedder(model) as running:
        yield running


@pytest.fixture
def gate(model: ServedModel) -> Gate:
    return Gate(model.session)


@pytest.fixture
def gated(model: ServedModel, gate: Gate) -> Iterator[Embedder]:
    """An embedder of one decoding thread, with room for 20 images, whose network waits."""
    behind = dataclasses.replace(model, session=gate)  # type: ignore[arg-type]
    with Embedder(behind, workers=1, queue=20, batch=16) as running:
        yield running
        gate.open.set()


def reference(model: ServedModel, image: bytes) -> F32:
    """The embedding of an image, computed alone and in this thread."""
    embedding: F32 = model.session.run(normalise(image, SHAPE).pixels[None])[0]
    return embedding


def test_embeddings_are_those_of_normalisation_and_network_in_the_order_of_the_images(
    embedder: Embedder, model: ServedModel
) -> None:
    images = [signature(writer, number) for writer in range(8) for number in range(5)]
    results = embedder.embed(images)
    for image, result in zip(images, results, strict=True):
        assert isinstance(result, np.ndarray)
        assert result.dtype == np.float32
        np.testing.assert_allclose(result, reference(model, image), atol=1e-6)
    assert embedder.unfinished == 0
    assert embedder.embed([]) == []


CHOICES = [*BAD, *(signature(writer, 0) for writer in range(4))]


@given(st.lists(st.sampled_from(CHOICES), max_size=12))
def test_s25_a_bad_image_fails_alone_and_all_others_are_as_if_alone(images: list[bytes]) -> None:
    running, alone = _running()
    for image, result in zip(images, running.embed(images), strict=True):
        expected = alone[image]
        if isinstance(expected, Rejected):
            assert str(result) == str(expected)
        else:
            assert isinstance(result, np.ndarray)
            np.testing.assert_allclose(result, expected, atol=1e-6)


@cache
def _running() -> tuple[Embedder, dict[bytes, F32 | Rejected]]:
    import tempfile

    folder = write_served_bundle(Path(tempfile.mkdtemp()) / "frozen")
    running = Embedder(served.load(folder))
    return running, {image: running.embed([image])[0] for image in CHOICES}


def test_many_callers_at_once_each_get_their_own(embedder: Embedder, model: ServedModel) -> None:
    def ask(writer: int) -> bool:
        image = signature(writer, 0)
        first, damaged, last = embedder.embed([image, b"", image])
        assert isinstance(first, np.ndarray)
        assert isinstance(last, np.ndarray)
        own = reference(model, image)
        near = np.allclose(first, own, atol=1e-6) and np.allclose(last, own, atol=1e-6)
        return near and isinstance(damaged, Rejected)

    with ThreadPoolExecutor(16) as callers:
        assert all(callers.map(ask, range(64)))


def test_s24_a_full_queue_is_told_at_once_and_there_is_room_again_later(
    gated: Embedder, gate: Gate
) -> None:
    first = gated.submit([signature(0, number) for number in range(20)])
    with pytest.raises(Busy) as refusal:
        gated.embed([signature(1, 0)])
    assert refusal.value.retry_after >= 1
    assert gated.unfinished == 20
    gate.open.set()
    assert all(isinstance(one.result(30), np.ndarray) for one in first)
    assert len(gated.embed([signature(1, 0)])) == 1


def test_more_images_than_the_queue_holds_are_taken_when_none_is_under_way(
    gated: Embedder, gate: Gate
) -> None:
    gate.open.set()
    assert len(gated.embed([signature(0, number) for number in range(30)])) == 30


def test_a_lone_image_waits_for_nobody_and_what_gathers_meanwhile_is_one_batch(
    gated: Embedder, gate: Gate
) -> None:
    results = gated.submit([signature(0, 0)])
    assert gate.reached.wait(30)
    results += gated.submit([signature(0, number) for number in range(1, 19)])
    while gated._ready.qsize() < 18:
        pass
    gate.open.set()
    assert all(isinstance(one.result(30), np.ndarray) for one in results)
    assert gate.sizes == [1, 16, 2]


def test_s23_the_result_of_a_caller_who_left_is_not_computed(gated: Embedder, gate: Gate) -> None:
    with gated._budget.hold(25_000_000):  # no image is decoded meanwhile
        first, second, third = gated.submit([signature(0, number) for number in range(3)])
        while not first.running():
            pass
        assert second.cancel()
    gate.open.set()
    assert isinstance(first.result(30), np.ndarray)
    assert isinstance(third.result(30), np.ndarray)
    assert second.cancelled()
    assert sum(gate.sizes) == 2
    assert gated.unfinished == 0


def test_a_failure_of_the_network_reaches_the_callers_and_the_next_ones_are_served(
    gated: Embedder, gate: Gate
) -> None:
    gate.fails = True
    gate.open.set()
    with pytest.raises(RuntimeError, match="out of memory"):
        gated.embed([signature(0, 0), signature(0, 1)])
    gate.fails = False
    assert isinstance(gated.embed([signature(0, 0)])[0], np.ndarray)


def test_closing_finishes_what_is_under_way_and_takes_no_more(model: ServedModel) -> None:
    running = Embedder(model, workers=1)
    results = running.submit([signature(0, number) for number in range(5)])
    running.close()
    assert all(isinstance(one.result(0), np.ndarray) for one in results)
    with pytest.raises(RuntimeError, match="closed"):
        running.embed([signature(0, 0)])
    threads = (*running._decoders, running._network)
    assert not [thread for thread in threads if thread.is_alive()]


def test_an_image_wakes_no_more_threads_where_more_of_them_could_decode_it(
    model: ServedModel,
) -> None:
    few, many = waits(model, workers=1), waits(model, workers=16)
    assert many < 3 * few


def waits(model: ServedModel, workers: int) -> int:
    """How often a thread of this process waited while images came one by one."""
    with Embedder(model, workers=workers) as running:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
        for number in range(30):
            running.embed([signature(0, number % 5)])
        return resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - before
