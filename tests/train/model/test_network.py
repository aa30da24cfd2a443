"""The network: what it computes, its penalty, its twins, and whose weights it starts with."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.shared.runtime.errors import InputError
from components.train.params import TrainParams

SHAPE = (32, 32, 1)
IMAGES = np.random.default_rng(1).integers(0, 256, (6, *SHAPE), np.uint8)
LABELS = np.array([0, 0, 1, 1, 2, 2], np.int32)


@pytest.fixture(scope="module")
def fresh() -> Any:
    from components.train.model import network

    return network.build(SHAPE, 16, 0.0, "none", 0, "float32")


def kernels(model: Any) -> list[np.ndarray]:
    return [
        variable.numpy()
        for variable in model.trainable_variables
        if variable.path.endswith("/kernel")
    ]


def test_the_penalty_is_half_of_l2_times_the_squares_of_every_kernel_and_of_nothing_else() -> None:
    from components.train.model import network

    model = network.build(SHAPE, 16, 0.0, "none", 0, "float32")
    assert not model.losses
    network.regularise(model, 0.3)
    found = kernels(model)
    assert len(found) == 53 + 1  # ResNet50's convolutions and the projection
    expected = 0.15 * sum(np.sum(np.square(kernel.astype(np.float64))) for kernel in found)
    assert sum(float(loss) for loss in model.losses) == pytest.approx(expected, rel=1e-5)
    assert not network.twin(model, "float32").losses


def test_the_penalty_shrinks_the_weights_and_is_logged() -> None:
    import keras

    from components.train.loss.triplet_model import TripletModel

    norms = {}
    for l2 in (0.0, 10.0):
        keras.utils.set_random_seed(0)
        inputs = keras.Input(SHAPE, dtype="uint8")
        flat = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(inputs))
        outputs = keras.layers.UnitNormalization()(keras.layers.Dense(8)(flat))
        embedder = keras.Model(inputs, outputs)
        from components.train.model import network

        network.regularise(embedder, l2)
        model = TripletModel(embedder, TrainParams(images_per_identity=2))
        model.compile(optimizer=keras.optimizers.SGD(0.01), jit_compile=False)
        for _ in range(5):
            expected = (
                l2
                / 2
                * sum(np.sum(np.square(kernel.astype(np.float64))) for kernel in kernels(embedder))
            )
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


def test_imagenet_weights_load_and_batch_normalisation_can_be_held_in_inference_mode(
    resnet50_dir: Path, fresh: Any
) -> None:
    from components.train.model import network

    model = network.build(SHAPE, 16, 0.0, str(resnet50_dir), 0, "float32")
    network.hold_normalisation(model)
    training, inference = (np.asarray(model(IMAGES, training=mode)) for mode in (True, False))
    assert np.allclose(training, inference, atol=1e-6)
    assert np.allclose(np.asarray(network.twin(model, "float32")(IMAGES)), inference, atol=1e-6)
    first, loaded = (m.get_layer("resnet50").get_layer("conv1_conv").kernel for m in (fresh, model))
    assert not np.allclose(first, loaded)


def test_without_being_held_batch_normalisation_trains(fresh: Any) -> None:
    training, inference = (np.asarray(fresh(IMAGES, training=mode)) for mode in (True, False))
    assert not np.allclose(training, inference, atol=1e-3)


def test_a_float32_twin_of_a_network_in_mixed_precision_has_its_weights_and_computes_in_float32(
    fresh: Any,
) -> None:
    from components.train.model import network

    mixed = network.build(SHAPE, 16, 0.0, "none", 5, "mixed_bfloat16")
    twin = network.twin(mixed, "float32")
    assert all(
        np.array_equal(a, b) for a, b in zip(twin.get_weights(), mixed.get_weights(), strict=True)
    )
    assert {layer.compute_dtype for layer in twin.layers} == {"float32"}
    assert np.abs(np.asarray(twin(IMAGES)) - np.asarray(mixed(IMAGES))).max() < 0.05
    assert not np.array_equal(np.asarray(twin(IMAGES)), np.asarray(mixed(IMAGES)))


def test_another_network_s_embedder_is_not_started_from(fresh: Any, tmp_path: Path) -> None:
    import keras

    from components.train.model import initial_weights

    inputs = keras.Input(SHAPE, dtype="uint8")
    outputs = keras.layers.Dense(16)(keras.layers.Flatten()(inputs))
    keras.Model(inputs, outputs).save(tmp_path / "embedder.keras")
    with pytest.raises(InputError, match="is another network than this training's"):
        initial_weights.start_from(fresh, initial_weights.embedder_file(str(tmp_path)))


def test_a_start_is_found_by_its_file_under_any_name_or_by_its_folder(tmp_path: Path) -> None:
    from components.train.model import initial_weights

    for name in ("embedder.keras", "renamed.keras"):
        (tmp_path / name).touch()
        assert initial_weights.embedder_file(str(tmp_path / name)) == tmp_path / name
    assert initial_weights.embedder_file(str(tmp_path)) == tmp_path / "embedder.keras"
    with pytest.raises(
        InputError, match=r"train\.start_from: .*: no such file; name an embedder\.keras"
    ):
        initial_weights.embedder_file(str(tmp_path / "missing.keras"))


def test_the_pooled_blocks_are_averaged_side_by_side_and_later_ones_are_left_out() -> None:
    import keras

    from components.train.model import network

    model = network.build(SHAPE, 16, 0.0, "none", 0, "float32", pooled_blocks=[7, 10])
    assert model.get_layer("project").kernel.shape == (512 + 1024, 16)
    assert (
        model.count_params()
        < 0.4 * network.build(SHAPE, 16, 0.0, "none", 0, "float32").count_params()
    )
    blocks = model.get_layer("resnet50")
    maps = blocks(keras.Model(model.input, model.get_layer("grey_to_rgb").output)(IMAGES))
    pooled = np.concatenate([np.asarray(features).mean(axis=(1, 2)) for features in maps], axis=1)
    joined = np.asarray(keras.Model(model.input, model.get_layer("join").output)(IMAGES))
    np.testing.assert_allclose(joined, pooled, atol=1e-5)
    twin = network.twin(model, "float32")
    np.testing.assert_allclose(np.asarray(twin(IMAGES)), np.asarray(model(IMAGES)), atol=1e-6)


def test_standardised_features_are_those_of_numpy_in_training_too() -> None:
    import keras

    from components.train.model import network

    model = network.build(SHAPE, 16, 0.0, "none", 0, "float32", pooled_blocks=[3, 7])
    images = np.stack([image // (2 + i) for i, image in enumerate(IMAGES)])  # of different mean
    network.hold_normalisation(model)
    network.standardise(model, network.pooled_features(model, images))
    pooled, standard = (
        keras.Model(model.input, tensor)
        for layer in [model.get_layer("standardise")]
        for tensor in (layer.input, layer.output)
    )
    raw = np.asarray(pooled(images), np.float64)
    np.testing.assert_array_equal(
        network.pooled_features(model, images), np.asarray(pooled(images))
    )
    expected = (raw - raw.mean(axis=0)) / np.sqrt(raw.var(axis=0) + 1e-6)
    for training in (False, True):
        np.testing.assert_allclose(
            np.asarray(standard(images, training=training)), expected, atol=1e-3
        )


def test_a_started_head_projects_onto_the_discriminant_at_the_size_of_the_drawn_one() -> None:
    from components.train.model import fisher_projection, network

    model = network.build(SHAPE, 16, 0.0, "none", 0, "float32", pooled_blocks=[3])
    drawn = model.get_layer("project").kernel.numpy()
    images = np.concatenate([IMAGES, IMAGES[::-1] // 2, IMAGES // 3])
    identity, forged = np.tile(LABELS, 3), np.arange(18) >= 12
    features = network.pooled_features(model, images)
    network.standardise(model, features)
    network.start_head(model, features, identity, forged)
    standard = (features - features.mean(axis=0)) / np.sqrt(features.var(axis=0) + 1e-6)
    expected = standard @ fisher_projection.projection(standard, identity, forged, 16)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    # Their signs are arbitrary, and so are directions of equal worth: distances are compared.
    found = np.asarray(model(images))
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=1e-3)
    assert np.linalg.norm(model.get_layer("project").kernel.numpy()) == pytest.approx(
        np.linalg.norm(drawn), rel=1e-4
    )
