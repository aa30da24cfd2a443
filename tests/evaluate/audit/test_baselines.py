"""The baselines: a network that learned nothing, and HOG."""

from typing import Any

import numpy as np
import pytest

from components.evaluate.audit.baselines import build_untrained, hog_descriptors


@pytest.fixture(scope="module")
def model() -> Any:
    """A backbone of KerasHub nested in a functional model, as training builds it, but tiny."""
    import keras
    import keras_hub

    keras.utils.set_random_seed(0)
    backbone = keras_hub.models.ResNetBackbone(
        input_conv_filters=[4],
        input_conv_kernel_sizes=[3],
        stackwise_num_filters=[64, 64],
        stackwise_num_blocks=[1, 1],
        stackwise_num_strides=[1, 2],
        block_type="bottleneck_block",
        image_shape=(32, 32, 3),
    )
    inputs = keras.Input((32, 32, 3))
    features = keras.layers.GlobalAveragePooling2D()(backbone(inputs, training=False))
    dropped = keras.layers.Dropout(0.1)(features)
    return keras.Model(inputs, keras.layers.UnitNormalization()(keras.layers.Dense(6)(dropped)))


def weights_from(model: Any, seed: int) -> np.ndarray:
    fresh = build_untrained(model, seed)
    return np.concatenate([weight.numpy().ravel() for weight in fresh.weights])


def test_the_untrained_network_shares_no_random_weight_with_the_trained_one(model: Any) -> None:
    before = [w.numpy().copy() for w in model.weights]
    fresh = build_untrained(model, seed=0)
    assert [w.shape for w in fresh.weights] == [w.shape for w in model.weights]
    kernels = [
        (a, b)
        for a, b in zip(fresh.weights, model.weights, strict=True)
        if a.path.endswith("kernel")
    ]
    assert len(kernels) > 5
    assert all(not np.array_equal(a.numpy(), b.numpy()) for a, b in kernels)
    for now, then in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(now.numpy(), then)


def test_trained_statistics_of_batch_normalisation_are_forgotten(model: Any) -> None:
    statistics = [w for w in model.weights if w.path.endswith("moving_mean")]
    values = [w.numpy().copy() for w in statistics]
    for weight in statistics:
        weight.assign(weight + 5)
    fresh = build_untrained(model, seed=0)
    assert all((w.numpy() == 0).all() for w in fresh.weights if w.path.endswith("moving_mean"))
    for weight, value in zip(statistics, values, strict=True):
        weight.assign(value)


def test_the_seed_decides_the_untrained_network(model: Any) -> None:
    np.testing.assert_array_equal(weights_from(model, seed=1), weights_from(model, seed=1))
    assert not np.array_equal(weights_from(model, seed=1), weights_from(model, seed=2))


def test_hog_tells_strokes_apart_and_copies_not() -> None:
    images = np.full((3, 64, 112, 1), 255, np.uint8)
    images[:2, 20:44, 30] = 0
    images[2, 30, 20:90] = 0
    descriptors = hog_descriptors(images, np.array([0, 1, 2]))
    np.testing.assert_array_equal(descriptors[0], descriptors[1])
    assert np.linalg.norm(descriptors[0] - descriptors[2]) > 1
    np.testing.assert_array_equal(hog_descriptors(images, np.array([2])), descriptors[2:])


@pytest.mark.parametrize("shape", [(16, 1024, 1), (64, 112, 1), (37, 53, 3), (1024, 16, 1)])
def test_hog_takes_images_of_any_shape(shape: tuple[int, int, int]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, *shape), np.uint8)
    descriptors = hog_descriptors(images, np.arange(2))
    assert np.isfinite(descriptors).all()
    assert descriptors.shape[1] <= 7 * 31 * 36
