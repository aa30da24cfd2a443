"""The network: layers, penalty, clones, and the architecture that it carries."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.shared.model.architecture import Architecture
from components.train.params import TrainParams

SHAPE = (32, 32, 1)
IMAGES = np.random.default_rng(1).integers(0, 256, (6, *SHAPE), np.uint8)
LABELS = np.array([0, 0, 1, 1, 2, 2], np.int32)
SMALL = Architecture(SHAPE, 16, pooled_blocks=(3,))
VARIANTS = [
    Architecture(SHAPE, 8, 0.25, pooled_blocks=(3,)),
    Architecture(SHAPE, 8, pooled_blocks=(1, 2), pooled_components=5, views=("whole", "left")),
]


@pytest.fixture
def fresh() -> Any:
    """A network of seven blocks."""
    from components.train.model import network

    return network.build(Architecture(SHAPE, 16, pooled_blocks=(7,)))


def kernels(model: Any) -> list[np.ndarray]:
    return [
        variable.numpy()
        for variable in model.trainable_variables
        if variable.path.endswith("/kernel")
    ]


@pytest.mark.parametrize("architecture", VARIANTS)
def test_the_architecture_survives_saving_loading_and_cloning(
    architecture: Architecture, tmp_path: Path
) -> None:
    from components.shared.model.embedder import load_embedder
    from components.train.model import network

    embedder = network.build(architecture, seed=3)
    embedder.save(tmp_path / "embedder.keras")
    loaded = load_embedder(tmp_path)
    embeddings = np.asarray(embedder(IMAGES))
    for same in (loaded, network.clone_in_precision(loaded, "float32")):
        assert same.architecture == architecture
        np.testing.assert_allclose(np.asarray(same(IMAGES)), embeddings, atol=1e-6)


def test_no_setting_is_in_a_layer_s_name() -> None:
    from components.train.model import network

    def names(architecture: Architecture) -> set[str]:
        layers = network.single_view(network.build(architecture)).layers
        return {re.sub(r"_\d+$", "_#", layer.name) for layer in layers}

    settings = Architecture(SHAPE, 8, 0.25, (3, 6), 4, views=("whole", "left"))
    others = Architecture((48, 40, 1), 12, 0.5, (4, 7), 6, views=("mirror", "whole", "right"))
    assert names(settings) == names(others)
    assert {"pool_#", "components_#", "standardise", "project"} <= names(settings)


def test_equal_seeds_give_equal_first_weights_whatever_the_views() -> None:
    import keras

    from components.train.model import network

    weights = []
    for views in (("whole",), ("whole", "mirror")):
        keras.utils.set_random_seed(4)
        size = 4 * len(views)
        architecture = Architecture(SHAPE, size, pooled_blocks=(1,), views=views)
        weights.append(network.build(architecture).get_weights())
    for alone, shared in zip(*weights, strict=True):
        np.testing.assert_array_equal(alone, shared)


def test_the_penalty_is_half_of_l2_times_the_squares_of_every_kernel_and_of_nothing_else() -> None:
    from components.train.model import network

    model = network.build(SMALL)
    assert not model.losses
    network.regularise(model, 0.3)
    values = kernels(model)
    assert len(values) == 1 + (4 + 3 + 3) + 1  # the first, those of three blocks, the projection
    expected = 0.15 * sum(np.sum(np.square(kernel.astype(np.float64))) for kernel in values)
    assert sum(float(loss) for loss in model.losses) == pytest.approx(expected, rel=1e-5)
    assert not network.clone_in_precision(model, "float32").losses


@pytest.mark.slow
def test_the_penalty_shrinks_the_weights_and_is_logged() -> None:
    import keras

    from components.train.loss.triplet_model import TripletModel
    from components.train.model import network

    norms = {}
    for l2 in (0.0, 10.0):
        keras.utils.set_random_seed(0)
        inputs = keras.Input(SHAPE, dtype="uint8")
        flat = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(inputs))
        outputs = keras.layers.UnitNormalization()(keras.layers.Dense(8)(flat))
        embedder = keras.Model(inputs, outputs)
        network.regularise(embedder, l2)
        model = TripletModel(embedder, TrainParams(images_per_identity=2))
        model.compile(optimizer=keras.optimizers.SGD(0.01), jit_compile=False)
        for _ in range(5):
            squares = [np.sum(np.square(kernel.astype(np.float64))) for kernel in kernels(embedder)]
            expected = l2 / 2 * sum(squares)
            model.reset_metrics()
            figures = model.train_on_batch(IMAGES, LABELS, return_dict=True)
            assert float(figures["l2"]) == pytest.approx(expected, rel=1e-5)
            assert float(figures["loss"]) == pytest.approx(
                float(figures["triplet"]) + expected, rel=1e-5
            )
        norms[l2] = np.linalg.norm(kernels(embedder)[0])
    # Five steps of gradient descent on l2 / 2 · |w|² alone shrink each weight by (1 − 0.01 · 10)⁵ =
    # 0.59.
    assert norms[10.0] / norms[0.0] == pytest.approx(0.59, abs=0.02)


@pytest.mark.slow
def test_imagenet_weights_load_and_batch_normalisation_can_be_held_in_inference_mode(
    resnet50_dir: Path, fresh: Any
) -> None:
    from components.train.model import network

    model = network.build(SMALL, weights=str(resnet50_dir))
    network.freeze_batch_norm(model)
    training = np.asarray(model(IMAGES, training=True))
    inference = np.asarray(model(IMAGES, training=False))
    assert np.allclose(training, inference, atol=1e-6)
    clone = network.clone_in_precision(model, "float32")
    assert np.allclose(np.asarray(clone(IMAGES)), inference, atol=1e-6)
    first = fresh.get_layer("resnet50").get_layer("conv1_conv").kernel
    loaded = model.get_layer("resnet50").get_layer("conv1_conv").kernel
    assert not np.allclose(first, loaded)


@pytest.mark.slow
def test_without_being_held_batch_normalisation_trains(fresh: Any) -> None:
    training = np.asarray(fresh(IMAGES, training=True))
    inference = np.asarray(fresh(IMAGES, training=False))
    assert not np.allclose(training, inference, atol=1e-3)


def test_a_float32_clone_of_a_mixed_network_has_its_weights_and_computes_in_float32() -> None:
    from components.train.model import network

    mixed = network.build(SMALL, seed=5, precision="mixed_bfloat16")
    clone = network.clone_in_precision(mixed, "float32")
    for ours, theirs in zip(clone.get_weights(), mixed.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)
    assert {layer.compute_dtype for layer in clone.layers} == {"float32"}
    assert np.abs(np.asarray(clone(IMAGES)) - np.asarray(mixed(IMAGES))).max() < 0.05
    assert not np.array_equal(np.asarray(clone(IMAGES)), np.asarray(mixed(IMAGES)))


def test_the_pooled_blocks_are_averaged_side_by_side_and_later_ones_are_left_out(
    fresh: Any,
) -> None:
    import keras

    from components.train.model import network

    model = network.build(Architecture(SHAPE, 16, pooled_blocks=(3, 4)))
    assert model.get_layer("project").kernel.shape == (256 + 512, 16)
    assert model.count_params() < 0.5 * fresh.count_params()
    blocks = model.get_layer("resnet50")
    maps = blocks(keras.Model(model.input, model.get_layer("grey_to_rgb").output)(IMAGES))
    pooled = np.concatenate([np.asarray(features).mean(axis=(1, 2)) for features in maps], axis=1)
    joined = np.asarray(keras.Model(model.input, model.get_layer("join").output)(IMAGES))
    np.testing.assert_allclose(joined, pooled, atol=1e-5)
    clone = network.clone_in_precision(model, "float32")
    np.testing.assert_allclose(np.asarray(clone(IMAGES)), np.asarray(model(IMAGES)), atol=1e-6)
