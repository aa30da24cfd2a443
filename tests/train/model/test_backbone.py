"""ResNet50 up to its residual blocks: their sizes, their input and their first weights."""

from typing import Any

import numpy as np
import pytest

from components.shared.runtime.errors import InputError
from components.train.model import backbone

SHAPE = (32, 48, 1)
SIZES = {1: (8, 12, 256), 3: (8, 12, 256), 4: (4, 6, 512), 13: (2, 3, 1024), 16: (1, 2, 2048)}


def maps_of(shape: tuple[int, int, int], blocks: list[int], weights: str = "none") -> Any:
    import keras

    images = keras.Input(shape)
    maps = backbone.feature_maps(images, shape, blocks, weights=weights, precision="float32")
    return keras.Model(images, maps)


def test_blocks_are_counted_from_1_through_all_stages() -> None:
    model = maps_of(SHAPE, list(SIZES))
    assert [tuple(tensor.shape[1:]) for tensor in model.outputs] == list(SIZES.values())


def test_blocks_that_are_left_out_change_no_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    import keras
    import keras_hub

    whole = backbone.RESNET50
    three = {name: value[:3] for name, value in whole.items() if name.startswith("stackwise")}
    monkeypatch.setattr(backbone, "RESNET50", whole | three)  # the fourth takes most of the time
    keras.utils.set_random_seed(7)
    complete = keras_hub.models.ResNetBackbone(**backbone.RESNET50, image_shape=(*SHAPE[:2], 3))
    behind = np.asarray(keras.initializers.GlorotUniform()((2, 3)))
    for block in (3, 4):  # the last of a stage, and the first of the next
        keras.utils.set_random_seed(7)
        network = maps_of(SHAPE, [block]).get_layer("resnet50")
        assert np.array_equal(np.asarray(keras.initializers.GlorotUniform()((2, 3))), behind)
        for layer in filter(lambda layer: layer.weights, network.layers):
            weights = complete.get_layer(layer.name).get_weights()
            if layer.name.endswith("_3_bn"):  # residual branches start at zero
                weights[0] = np.zeros_like(weights[0])
            for ours, theirs in zip(layer.get_weights(), weights, strict=True):
                np.testing.assert_array_equal(ours, theirs)


def test_later_blocks_are_left_out() -> None:
    assert maps_of(SHAPE, [1]).count_params() < maps_of(SHAPE, [2]).count_params() < 200_000


def test_white_paper_is_0_to_the_network_and_black_ink_is_2() -> None:
    import keras

    model = maps_of(SHAPE, [1])
    levels = keras.Model(model.input, model.get_layer("grey_to_rgb").output)
    page = np.full((1, *SHAPE), 255.0, np.float32)
    page[0, 0, 0] = 0
    scaled = np.asarray(levels(page))
    assert scaled.shape == (1, 32, 48, 3)
    assert scaled[0, 0, 0] == pytest.approx([2, 2, 2])
    assert np.abs(scaled[0, 1:]).max() < 1e-6


def test_colours_have_imagenet_s_mean_and_deviation() -> None:
    import keras

    model = maps_of((32, 32, 3), [1])
    levels = keras.Model(model.input, model.get_layer("imagenet").output)
    mean = np.array([[[[123.675, 116.28, 103.53]]]], np.float32).repeat(32, 1).repeat(32, 2)
    assert np.abs(np.asarray(levels(mean))).max() < 1e-5
    brighter = mean + np.array([58.395, 57.12, 57.375], np.float32)
    np.testing.assert_allclose(np.asarray(levels(brighter)), 1, atol=1e-5)


def test_residual_branches_start_at_zero() -> None:
    # The second block of a stage has no convolution beside its branch: at first it passes its
    # input, which is positive, on as it is.
    first, second = maps_of(SHAPE, [1, 2])(np.random.default_rng(0).uniform(0, 255, (2, *SHAPE)))
    np.testing.assert_array_equal(np.asarray(first), np.asarray(second))


def test_weights_that_cannot_be_loaded_are_named_with_what_to_do(tmp_path: Any) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(InputError, match=r"cannot load '.*'.*or use weights: none"):
        maps_of(SHAPE, [1], str(tmp_path))
