"""The layers after ResNet50: their features and first weights, against numpy."""

import numpy as np
import pytest

from components.shared.model.architecture import Architecture, View
from components.train.model import fisher_projection, head, network

SHAPE = (32, 32, 1)
IMAGES = np.random.default_rng(1).integers(0, 256, (6, *SHAPE), np.uint8)
LABELS = np.array([0, 0, 1, 1, 2, 2], np.int32)


def test_standardised_features_are_those_of_numpy_in_training_too() -> None:
    import keras

    model = network.build(Architecture(SHAPE, 16, pooled_blocks=(3, 7)))
    images = np.stack([image // (2 + i) for i, image in enumerate(IMAGES)])  # of different mean
    network.freeze_batch_norm(model)
    head.fit_standardisation(model, head.pooled_features(model, images))
    layer = model.get_layer("standardise")
    pooled = keras.Model(model.input, layer.input)
    standard = keras.Model(model.input, layer.output)
    raw = np.asarray(pooled(images), np.float64)
    np.testing.assert_array_equal(head.pooled_features(model, images), np.asarray(pooled(images)))
    expected = (raw - raw.mean(axis=0)) / np.sqrt(raw.var(axis=0) + 1e-6)
    for training in (False, True):
        np.testing.assert_allclose(
            np.asarray(standard(images, training=training)), expected, atol=1e-3
        )


def test_features_come_of_the_rows_and_of_the_view_asked_for() -> None:
    architecture = Architecture(SHAPE, 8, pooled_blocks=(1,), views=("whole", "mirror"))
    model = network.build(architecture)
    mirrored = head.pooled_features(model, IMAGES, np.array([4, 1]), "mirror")
    turned = np.ascontiguousarray(IMAGES[[4, 1], :, ::-1])
    np.testing.assert_allclose(mirrored, head.pooled_features(model, turned), atol=1e-5)
    assert np.abs(mirrored - head.pooled_features(model, IMAGES[[4, 1]])).max() > 1e-3


def test_a_fitted_head_projects_onto_the_discriminant_at_the_size_of_the_random_one() -> None:
    model = network.build(Architecture(SHAPE, 16, pooled_blocks=(3,)))
    random = model.get_layer("project").kernel.numpy()
    images = np.concatenate([IMAGES, IMAGES[::-1] // 2, IMAGES // 3])
    identity, forged = np.tile(LABELS, 3), np.arange(18) >= 12
    features = head.pooled_features(model, images)
    head.fit_standardisation(model, features)
    head.fit_projection(model, features, identity, forged)
    standard = (features - features.mean(axis=0)) / np.sqrt(features.var(axis=0) + 1e-6)
    expected = standard @ fisher_projection.projection(standard, identity, forged, 16)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    # Their signs are arbitrary, and so are directions of equal worth: distances are compared.
    embeddings = np.asarray(model(images))
    np.testing.assert_allclose(embeddings @ embeddings.T, expected @ expected.T, atol=1e-3)
    assert np.linalg.norm(model.get_layer("project").kernel.numpy()) == pytest.approx(
        np.linalg.norm(random), rel=1e-4
    )


def test_a_network_starts_with_the_principal_components_of_each_of_its_blocks() -> None:
    import keras

    model = network.build(Architecture(SHAPE, 8, 0.0, (3, 7), 5, ("whole", "mirror")))
    head.fit_components(model, IMAGES, np.arange(6))
    plain = network.single_view(model)
    for block in range(2):
        components = keras.Model(plain.input, plain.get_layer(f"components_{block}").output)
        places = np.asarray(components(IMAGES.astype(np.float32))).reshape(-1, 5)
        np.testing.assert_allclose(places.T @ places / len(places), np.eye(5), atol=0.02)


def test_the_head_gives_of_every_view_s_features_what_the_embedder_gives_of_the_images() -> None:
    views: tuple[View, ...] = ("mirror", "whole")
    model = network.build(Architecture(SHAPE, 8, pooled_blocks=(1,), views=views))
    head.fit_standardisation(model, head.pooled_features(model, IMAGES))
    features = np.stack([head.pooled_features(model, IMAGES, view=view) for view in views], axis=1)
    small = head.build_head(model)
    np.testing.assert_allclose(np.asarray(small(features)), np.asarray(model(IMAGES)), atol=1e-5)
    assert small.get_layer("project") is network.single_view(model).get_layer("project")
