"""The configuration of an embedder's network, as a record that the embedder itself carries."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, cast

View = Literal["whole", "mirror", "left", "right", "start", "middle", "end"]

SINGLE_VIEW = "plain"
"""The layer, of several views, that embeds a single one of them."""


@dataclass(frozen=True)
class Architecture:
    """The settings that determine an embedder's layers, all but their weights and precision.

    Attributes:
        image_shape: height, width and channels of the prepared images; one channel is grey.
        embedding_size: components of an embedding, D; a multiple of the number of views.
        dropout: fraction of the pooled features dropped in training.
        pooled_blocks: residual blocks of ResNet50, 1 to 16 in ascending order, whose outputs are
            pooled and joined; later blocks are left out. 3, 7, 13 and 16 end a stage.
        pooled_components: 0: the mean of each feature is pooled; else the second moments of this
            many combinations of a block's features.
        views: views of an image that the same layers embed, each for an equal share of the
            embedding.
    """

    image_shape: tuple[int, int, int]
    embedding_size: int
    dropout: float = 0.0
    pooled_blocks: tuple[int, ...] = (16,)
    pooled_components: int = 0
    views: tuple[View, ...] = ("whole",)

    @property
    def has_single_view(self) -> bool:
        """True where the image as it is is the only view."""
        return self.views == ("whole",)

    @property
    def view_size(self) -> int:
        """Components of an embedding that belong to each view."""
        return self.embedding_size // len(self.views)

    def to_config(self) -> dict[str, Any]:
        """Returns the record in JSON's types."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Returns the record that `to_config` was called on."""
        settings: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in config.items()
        }
        return cls(**settings)


def read_layer_names(model: Any) -> Architecture | None:
    """Reads the architecture of an embedder made before embedders carried one: from layer names.

    Those were `pool_block_<block>`, `components_block_<block>` and `views_<view>_<view>`.

    Args:
        model: a Keras model of any kind.

    Returns:
        Its architecture; None where it is no embedder of that time.
    """
    layers = {layer.name: layer for layer in model.layers}
    single_view = layers.get(SINGLE_VIEW, model)
    inner = {layer.name: layer for layer in single_view.layers}
    blocks = _endings(inner, "pool_block_")
    if not blocks:
        return None
    components = _endings(inner, "components_block_")
    views = _endings(layers, "views_")
    return Architecture(
        image_shape=tuple(model.input_shape[1:]),
        embedding_size=model.output_shape[-1],
        dropout=inner["dropout"].rate,
        pooled_blocks=tuple(int(block) for block in blocks),
        pooled_components=inner[f"components_block_{components[0]}"].units if components else 0,
        views=cast("tuple[View, ...]", tuple(views[0].split("_"))) if views else ("whole",),
    )


def _endings(names: Mapping[str, object], prefix: str) -> list[str]:
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
