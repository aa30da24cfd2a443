"""Augmentation and the feed."""

import numpy as np
import pandas as pd
import pytest

from components.train.augment import augment
from components.train.feed import feed, make_batch
from components.train.sampler import Sampler


def stroke(channels: int = 1) -> np.ndarray:
    image = np.full((32, 48, channels), 255, np.uint8)
    image[14:18, 8:40] = 0
    return image


@pytest.mark.parametrize("channels", [1, 3])
def test_a_varied_copy_keeps_shape_and_type_and_differs(channels: int) -> None:
    varied = augment(stroke(channels), 1.0, np.random.default_rng(3))
    assert varied.shape == (32, 48, channels)
    assert varied.dtype == np.uint8
    assert (varied != stroke(channels)).any()


def test_what_moves_in_from_outside_is_paper() -> None:
    blank = np.full((32, 48, 1), 255, np.uint8)
    assert all((augment(blank, 1.0, np.random.default_rng(seed)) == 255).all() for seed in range(20))


def test_strength_zero_moves_nothing() -> None:
    assert (augment(stroke(), 0.0, np.random.default_rng(0)) == stroke()).all()


def test_more_strength_changes_more() -> None:
    def change(strength: float) -> float:
        copies = [augment(stroke(), strength, np.random.default_rng(seed)) for seed in range(30)]
        return float(np.mean([np.abs(copy.astype(int) - stroke()).mean() for copy in copies]))

    assert 0 < change(0.1) < change(0.4) < change(1.0)


def a_sampler(images: int) -> Sampler:
    table = pd.DataFrame({"row": np.arange(images), "identity": np.arange(images) // 4, "kind": "genuine"})
    return Sampler(table, identities=3, images=2, forgeries=0, seed=9)


def test_the_feed_gives_the_batches_of_the_asked_steps_in_order_and_equal_to_those_made_alone() -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 16, 24, 1), np.uint8)
    sampler = a_sampler(20)
    fed = list(feed(images, sampler, 0.5, 3, 15))
    assert len(fed) == 12
    for step, (batch, labels) in enumerate(fed, 3):
        alone, alone_labels = make_batch(images, sampler, 0.5, step)
        assert (batch == alone).all()
        assert (labels == alone_labels).all()


def test_without_augmentation_the_images_are_fed_as_they_are() -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 16, 24, 1), np.uint8)
    batch, _ = make_batch(images, a_sampler(20), 0.0, 2)
    assert (batch == images[a_sampler(20).draw(2).rows]).all()
