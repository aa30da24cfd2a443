"""Heads trained on some of the images."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks import trained_heads
from benchmarks.folds import Pretrained
from benchmarks.head import _embed
from components.shared.verification.sampling import Labels
from components.train.model import network
from components.train.params import TrainParams

RANDOM = np.random.default_rng(0)
WRITERS = np.repeat(np.arange(6), 6)
LABELS = Labels(WRITERS, np.tile([False] * 4 + [True] * 2, 6))
TEST = WRITERS >= 4
PARAMS = TrainParams(
    weights="imagenet",
    pooled_blocks=[3],
    pooled_components=0,
    views=["whole", "left"],
    embedding_size=8,
    head="discriminant",
    dropout=0.3,
    identities_per_batch=3,
    images_per_identity=2,
    forgeries_per_identity=1,
    learning_rate=0.01,
)
HARD = PARAMS.model_copy(update={"head_steps": 3, "mining": "hard", "margin": "soft"})
ALL = PARAMS.model_copy(update={"head_steps": 3, "mining": "all"})


@pytest.fixture(scope="module")
def images() -> Pretrained:
    """Features that are noise about a place of each writer, in place of pictures."""
    shape = (32, 32, 1)
    features: dict[Any, Any] = {}
    for view in PARAMS.views:
        places = RANDOM.normal(size=(6, 256))[LABELS.identity]
        features[view] = (places + RANDOM.normal(size=(36, 256))).astype(np.float32)
    embedder = network.build(PARAMS.architecture(shape))
    return Pretrained(embedder, features, LABELS, None, 6, shape, 0.0)


def test_without_a_step_it_is_the_discriminant_of_the_other_folds(images: Pretrained) -> None:
    features = {view: values.astype(np.float64) for view, values in images.features.items()}
    expected = _embed(features, LABELS, ~TEST, 8)[TEST] / np.sqrt(2)
    embeddings = trained_heads.embed(images, {"start": PARAMS}, ~TEST)["start"][TEST]
    np.testing.assert_allclose(embeddings @ embeddings.T, expected @ expected.T, atol=1e-3)


def test_a_loss_gives_the_same_head_whatever_was_trained_before(images: Pretrained) -> None:
    both = trained_heads.embed(images, {"all": ALL, "hard": HARD}, ~TEST)
    alone = trained_heads.embed(images, {"hard": HARD}, ~TEST)
    np.testing.assert_allclose(both["hard"], alone["hard"], atol=1e-5)
    assert np.abs(both["hard"] - both["all"]).max() > 1e-3


def test_the_images_of_the_fold_teach_the_head_nothing(images: Pretrained) -> None:
    changed = {view: values.copy() for view, values in images.features.items()}
    rows = np.flatnonzero(TEST)[1:]
    for values in changed.values():
        values[rows] = 0
    other = Pretrained(images.embedder, changed, LABELS, None, 6, images.image_shape, 0.0)
    first = [
        trained_heads.embed(each, {"hard": HARD}, ~TEST)["hard"][TEST][0]
        for each in (images, other)
    ]
    np.testing.assert_allclose(first[0], first[1], atol=1e-5)


def test_a_head_may_know_the_collections_or_not(images: Pretrained) -> None:
    known = replace(images, collection=np.where(WRITERS < 2, "a", "b"))
    as_one = PARAMS.model_copy(update={"head_within_collections": False})
    both = trained_heads.embed(known, {"within": PARAMS, "as one": as_one}, ~TEST)
    alone = trained_heads.embed(images, {"start": PARAMS}, ~TEST)["start"]
    np.testing.assert_allclose(both["as one"], alone, atol=1e-5)
    assert np.abs(both["within"] - alone).max() > 1e-3
