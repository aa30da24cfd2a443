"""Pooling a block's output: second moments and principal components, against numpy."""

from typing import Any

import numpy as np
import pytest

from components.shared.model.architecture import Architecture
from components.train.model import pooling

RANDOM = np.random.default_rng(0)
SHAPE = (32, 32, 1)
IMAGES = RANDOM.integers(0, 256, (6, *SHAPE), np.uint8)


def moments_of(maps: np.ndarray, components: int) -> tuple[Any, np.ndarray]:
    """The layer that combines features, and the second moments by the code under test."""
    import keras

    inputs = keras.Input(maps.shape[1:])
    model = keras.Model(inputs, pooling.second_moments(inputs, components, "combined", "moments"))
    return model.get_layer("combined"), np.asarray(model(maps))


def test_second_moments_are_the_root_of_the_mean_products_of_any_two_combinations() -> None:
    maps = RANDOM.normal(size=(2, 3, 4, 5)).astype(np.float32)
    layer, moments = moments_of(maps, 3)
    places = (maps @ layer.kernel.numpy() + layer.bias.numpy()).reshape(2, 12, 3)
    products = np.einsum("ipq,ipr->iqr", places, places) / 12
    roots = np.asarray(pooling.square_root(products))
    expected = [root[np.triu_indices(3)] for root in roots]
    np.testing.assert_allclose(moments, expected, atol=1e-5)


def test_the_square_root_of_a_matrix_times_itself_is_the_matrix() -> None:
    directions = np.linalg.qr(RANDOM.normal(size=(4, 4)))[0]
    matrix = (directions * (0.4, 0.3, 0.2, 0.1) @ directions.T * 7).astype(np.float32)
    root = np.asarray(pooling.square_root(matrix[np.newaxis]))[0]
    np.testing.assert_allclose(root @ root, matrix, atol=0.01 * matrix.max())
    np.testing.assert_allclose(root, root.T, atol=1e-5)


def test_small_eigenvalues_have_a_smaller_root_than_theirs_and_never_a_larger_one() -> None:
    eigenvalues = np.array([1, 0.1, 1e-2, 1e-3, 1e-4, 0], np.float32)
    root = np.diag(np.asarray(pooling.square_root(np.diag(eigenvalues)[np.newaxis]))[0])
    assert (root <= np.sqrt(eigenvalues) + 1e-6).all()
    assert (np.diff(root) < 0).all()
    assert root[-1] == pytest.approx(0)


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_singular_matrices_have_a_root_whose_gradient_is_finite(rank: int) -> None:
    import tensorflow as tf

    factor = RANDOM.normal(size=(1, 5, rank)).astype(np.float32)
    matrices = tf.constant(factor @ factor.transpose(0, 2, 1))
    with tf.GradientTape() as tape:
        tape.watch(matrices)
        root = pooling.square_root(matrices)
        total = tf.reduce_sum(root**2)
    assert np.isfinite(root).all()
    assert np.isfinite(tape.gradient(total, matrices)).all()


def test_principal_components_have_variance_1_and_do_not_vary_together() -> None:
    features = (RANDOM.normal(size=(500, 6)) @ RANDOM.normal(size=(6, 6)) + 3).astype(np.float32)
    kernel, bias = pooling.principal_components(features, 6)
    values = features @ kernel + bias
    np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(values.T @ values / len(values), np.eye(6), atol=0.01)


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


@pytest.mark.slow
@pytest.mark.parametrize("views", [("whole",), ("whole", "left")])
def test_a_network_of_second_moments_is_cloned_saved_and_loaded(views: Any, tmp_path: Any) -> None:
    from components.shared.model.embedder import load_embedder
    from components.train.model import head, network

    architecture = Architecture(SHAPE, 8, 0.0, (3, 7), pooled_components=5, views=views)
    model = network.build(architecture)
    head.fit_components(model, IMAGES, np.arange(6))
    head.fit_standardisation(model, head.pooled_features(model, IMAGES))
    embeddings = np.asarray(model(IMAGES))
    assert np.allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)
    model.save(tmp_path / "embedder.keras")
    for same in (network.clone_in_precision(model, "float32"), load_embedder(tmp_path)):
        np.testing.assert_allclose(np.asarray(same(IMAGES)), embeddings, atol=1e-6)
