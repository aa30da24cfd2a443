"""Graphs over batches of encoded images, in which a bad image does not spoil the others."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf

from components.shared.data.batch_graph import build_normaliser, reject_bad_images
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise_graph import with_findings
from components.shared.data.outcomes import Normalised, Rejected
from tests.pictures import colours, encode, strokes

SPEC = Normalisation(mode="shape", height=16, width=24)
BLANK = encode(np.full((20, 30), 200, np.uint8))
IMAGES = [encode(strokes(seed)) for seed in range(3)]


@pytest.fixture(scope="module")
def normaliser() -> Callable[[Sequence[bytes]], list[Normalised | Rejected]]:
    return build_normaliser(SPEC)


def test_each_image_is_normalised_as_alone(
    normaliser: Callable[[Sequence[bytes]], list[Normalised | Rejected]],
) -> None:
    for encoded, result in zip(IMAGES, normaliser(IMAGES), strict=True):
        pixels, grey, inverted = with_findings(tf.constant(encoded), SPEC)
        assert isinstance(result, Normalised)
        np.testing.assert_array_equal(result.pixels, pixels.numpy())
        assert (result.median_grey, result.inverted) == (int(grey), bool(inverted))


def test_bad_images_are_rejected_in_their_places_with_a_reason(
    normaliser: Callable[[Sequence[bytes]], list[Normalised | Rejected]],
) -> None:
    results = normaliser([IMAGES[0], b"no image", IMAGES[1], BLANK, IMAGES[2][:60]])
    kinds = [type(result) for result in results]
    assert kinds == [Normalised, Rejected, Normalised, Rejected, Rejected]
    assert [str(result) for result in results if isinstance(result, Rejected)] == [
        "neither a PNG nor a JPEG image",
        "blank image: no ink found",
        "truncated or damaged image",
    ]


def test_no_images_have_no_results(
    normaliser: Callable[[Sequence[bytes]], list[Normalised | Rejected]],
) -> None:
    assert normaliser([]) == []


def test_threads_share_a_normaliser(
    normaliser: Callable[[Sequence[bytes]], list[Normalised | Rejected]],
) -> None:
    with ThreadPoolExecutor(4) as pool:
        batches = list(pool.map(normaliser, [IMAGES] * 8))
    for batch in batches:
        for result, first in zip(batch, batches[0], strict=True):
            assert isinstance(result, Normalised)
            assert isinstance(first, Normalised)
            np.testing.assert_array_equal(result.pixels, first.pixels)


def test_a_batch_without_bad_images_is_one_call_and_each_bad_one_costs_a_few_more() -> None:
    calls: list[int] = []

    def lengths(encoded: tf.Tensor) -> list[int]:
        calls.append(len(encoded))
        if any(image == b"bad" for image in encoded.numpy()):
            raise tf.errors.InvalidArgumentError(None, None, "assertion failed: [too bad] in graph")
        return [len(image) for image in encoded.numpy()]

    results = reject_bad_images(lengths)
    assert results([b"a", b"bb", b"ccc", b"dddd"]) == [1, 2, 3, 4]
    assert calls == [4]
    calls.clear()
    *good, bad = results([b"a", b"bb", b"ccc", b"bad"])
    assert good == [1, 2, 3]
    assert re.fullmatch("too bad", str(bad))
    assert calls == [4, 2, 2, 1, 1]


def test_pictures_in_colour_keep_their_channels() -> None:
    spec = Normalisation(mode="none", height=16, width=24, channels=3)
    (result,) = build_normaliser(spec)([encode(colours(0, 3))])
    assert isinstance(result, Normalised)
    assert result.pixels.shape == (16, 24, 3)
