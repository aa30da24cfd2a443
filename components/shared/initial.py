"""How a ResNet starts where nothing is pre-trained."""

from typing import Any


def start_shallow(backbone: Any) -> None:
    """Sets every residual branch of a KerasHub ResNet with bottleneck blocks to zero, in place.

    Source: Goyal et al. 2017, section 5.1. Without it the first epochs of a training from nothing learn little.
    """
    for layer in backbone.layers:
        if layer.name.endswith("_3_bn"):
            layer.gamma.assign(layer.gamma * 0.0)
