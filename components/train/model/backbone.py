"""ResNet50 up to some of its residual blocks, with random or pre-trained weights.

Sources: K. He, X. Zhang, S. Ren and J. Sun, Deep Residual Learning for Image Recognition, CVPR 2016
(the network); P. Goyal et al., Accurate, Large Minibatch SGD, 2017 (its initialisation).
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from components.shared.runtime.errors import InputError
from components.train.model.initial_weights import resolve_preset

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
RESNET50: dict[str, Any] = {
    "input_conv_filters": [64],
    "input_conv_kernel_sizes": [7],
    "stackwise_num_filters": [64, 128, 256, 512],
    "stackwise_num_blocks": [3, 4, 6, 3],
    "stackwise_num_strides": [1, 2, 2, 2],
    "block_type": "bottleneck_block",
}


def feature_maps(
    images: Any,
    image_shape: tuple[int, int, int],
    blocks: Sequence[int],
    *,
    weights: str,
    precision: str,
) -> list[Any]:
    """Returns the outputs of residual blocks, each [N, h, w, C].

    Args:
        images: symbolic, [N, H, W, channels], 0 to 255.
        image_shape: (H, W, channels).
        blocks: residual blocks, 1 to 16 in ascending order; later ones are left out.
        weights: `none`, `imagenet`, `hf://…` or a folder in the layout of timm's presets.
        precision: `float32` or `mixed_bfloat16`.

    Raises:
        InputError: the weights cannot be loaded.
    """
    resnet50 = _resnet50((*image_shape[:2], 3), weights, precision, blocks[-1])
    outputs = [resnet50.get_layer(_last_layer(block)).output for block in blocks]
    truncated = keras.Model(resnet50.input, outputs, name="resnet50")
    maps: list[Any] = truncated(_network_range(images, image_shape[2], precision))
    return maps


def _stages_to(block: int) -> int:
    """Returns the number of stages up to a residual block."""
    ends = np.cumsum(RESNET50["stackwise_num_blocks"])
    return int(np.searchsorted(ends, block)) + 1


def _last_layer(block: int) -> str:
    """Returns the name of a residual block's last layer; blocks are counted from 1."""
    place = block - 1
    for stage, count in enumerate(RESNET50["stackwise_num_blocks"]):
        if place < count:
            return f"stack{stage}_block{place}_out"
        place -= count
    raise ValueError(f"ResNet50 has no block {block}")


def _network_range(images: Any, channels: int, precision: str) -> Any:
    """Scales levels from 0 to 255 to the range that ResNet50 takes.

    Grey: ink bright on black, so that padding looks like paper. RGB: ImageNet's mean and deviation.
    """
    if channels == 1:
        grey = keras.layers.Rescaling(-1 / 127.5, 2.0, dtype=precision, name="ink")(images)
        return keras.layers.Concatenate(dtype=precision, name="grey_to_rgb")([grey, grey, grey])
    scale = [1 / (255 * deviation) for deviation in IMAGENET_STD]
    offset = [
        -mean / deviation for mean, deviation in zip(IMAGENET_MEAN, IMAGENET_STD, strict=True)
    ]
    return keras.layers.Rescaling(scale, offset, dtype=precision, name="imagenet")(images)


def _resnet50(shape: tuple[int, int, int], weights: str, precision: str, last: int) -> Any:
    """Returns ResNet50; with random weights only the stages up to the block `last`, since to make
    the others takes seconds.
    """
    import keras_hub

    if weights == "none":
        stages = _stages_to(last)
        settings = {
            name: value[:stages] if name.startswith("stackwise") else value
            for name, value in RESNET50.items()
        }
        network = keras_hub.models.ResNetBackbone(
            **settings, image_shape=shape, dtype=precision, name="resnet50"
        )
        _zero_residual_branches(network)
        _draw_seeds_of_later(stages)
        return network
    preset = resolve_preset(weights)
    try:
        return keras_hub.models.ResNetBackbone.from_preset(
            preset, image_shape=shape, dtype=precision, name="resnet50"
        )
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"train.weights: cannot load '{preset}' ({reason}); set RESNET50_DIR to a folder with "
            f"config.json and model.safetensors, or use weights: none"
        ) from error


def _draw_seeds_of_later(stages: int) -> None:
    """Draws the seeds of the convolutions behind the first stages, so that the layers after
    ResNet50 get the weights that they get behind all of it.
    """
    for blocks in RESNET50["stackwise_num_blocks"][stages:]:
        for _ in range(3 * blocks + 1):
            keras.initializers.GlorotUniform()


def _zero_residual_branches(network: Any) -> None:
    """Starts every residual branch at zero, without which the first epochs teach little.

    Goyal et al. 2017, section 5.1: the last scale (γ) of each block's batch normalisation is 0.
    """
    for layer in network.layers:
        if layer.name.endswith("_3_bn"):
            layer.gamma.assign(layer.gamma * 0.0)
