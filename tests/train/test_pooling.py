"""Pooling a block's output: what second moments are, and which combinations of features they are of."""

from typing import Any

import numpy as np
import pytest

from components.train import pooling

RANDOM = np.random.default_rng(0)
SHAPE = (32, 32, 1)
IMAGES = RANDOM.integers(0, 256, (6, *SHAPE), np.uint8)


def moments_of(maps: np.ndarray, components: int) -> tuple[Any, np.ndarray]:
    """The layer that combines features, and the second moments by the code under test."""
    import keras

    inputs = keras.Input(maps.shape[1:])
    model = keras.Model(inputs, pooling.second_moments(inputs, components, "combined", "moments"))
    return model.get_layer("combined"), np.asarray(model(maps))


def test_second_moments_are_the_mean_product_of_any_two_combinations_over_the_places() -> None:
    maps = RANDOM.normal(size=(2, 3, 4, 5)).astype(np.float32)
    layer, found = moments_of(maps, 3)
    combined = maps @ layer.kernel.numpy() + layer.bias.numpy()
    expected = [
        [np.mean(image[..., first] * image[..., second]) for first in range(3) for second in range(first, 3)]
        for image in combined
    ]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_principal_components_have_variance_1_and_do_not_vary_together() -> None:
    features = (RANDOM.normal(size=(500, 6)) @ RANDOM.normal(size=(6, 6)) + 3).astype(np.float32)
    kernel, bias = pooling.principal_components(features, 6)
    found = features @ kernel + bias
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(found.T @ found / len(found), np.eye(6), atol=0.01)


def test_the_first_principal_components_say_most_about_the_features() -> None:
    along = RANDOM.normal(size=(200, 2)) * (5, 3)
    features = np.zeros((200, 4), np.float32)
    features[:, [1, 3]] = along
    features += RANDOM.normal(size=features.shape).astype(np.float32) * 0.1
    kernel, _ = pooling.principal_components(features, 2)
    assert np.argmax(np.abs(kernel), axis=0).tolist() == [1, 3]


def test_features_that_never_vary_give_components_that_are_finite() -> None:
    kernel, bias = pooling.principal_components(np.ones((20, 3), np.float32) * (1, 2, 0), 3)
    assert np.isfinite(kernel).all()
    assert np.isfinite(bias).all()


@pytest.mark.parametrize("views", [("whole",), ("whole", "left")])
def test_a_network_of_second_moments_is_twinned_saved_and_loaded(views: Any, tmp_path: Any) -> None:
    import keras

    from components.train import network

    model = network.build(SHAPE, 8, 0.0, "none", 0, "float32", [3, 7], views, 5)
    network.start_components(model, IMAGES, np.arange(6))
    network.standardise(model, network.pooled_features(model, IMAGES))
    found = np.asarray(model(IMAGES))
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.asarray(network.twin(model, "float32")(IMAGES)), found, atol=1e-6)
    model.save(tmp_path / "embedder.keras")
    loaded = keras.saving.load_model(tmp_path / "embedder.keras", compile=False, safe_mode=True)
    np.testing.assert_allclose(np.asarray(loaded(IMAGES)), found, atol=1e-6)


def test_a_network_starts_with_the_principal_components_of_each_of_its_blocks() -> None:
    from components.train import network

    model = network.build(SHAPE, 8, 0.0, "none", 0, "float32", [3, 7], ("whole", "mirror"), 5)
    network.start_components(model, IMAGES, np.arange(6))
    moments = network.pooled_features(model, IMAGES).mean(axis=0)
    rows, columns = np.triu_indices(5)
    np.testing.assert_allclose(moments, np.tile(rows == columns, 2), atol=0.02)
