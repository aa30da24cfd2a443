"""The embedder as a Keras model that carries its architecture.

The architecture is stored in the model's own configuration, as Keras does for every layer, so that
it survives saving and loading by Keras's own functions; importing this module registers the class.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import keras

from components.shared.model import operations
from components.shared.model.architecture import Architecture, read_layer_names


@keras.saving.register_keras_serializable(package="signature_recognition")
class Embedder(keras.Model):  # type: ignore[misc]
    """A functional model from images, uint8 [N, H, W, C], to embeddings, float32 [N, D].

    Attributes:
        architecture: the settings that its layers were built from.
    """

    architecture: Architecture

    @classmethod
    def of(cls, images: Any, embeddings: Any, architecture: Architecture) -> Self:
        """Returns the embedder of a graph of layers.

        Args:
            images: symbolic input of the graph.
            embeddings: symbolic output of the graph.
            architecture: the settings that its layers were built from.
        """
        embedder: Self = cls(images, embeddings, name="embedder")
        embedder.architecture = architecture
        return embedder

    def get_config(self) -> dict[str, Any]:
        """Returns the configuration of a functional model, with the architecture beside it."""
        return {**super().get_config(), "architecture": self.architecture.to_config()}

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Self:
        """Returns the embedder of a configuration, with new weights."""
        graph = {name: value for name, value in config.items() if name != "architecture"}
        embedder: Self = super().from_config(graph, custom_objects)
        embedder.architecture = Architecture.from_config(config["architecture"])
        return embedder


def load(path: Path) -> keras.Model:
    """Loads a `.keras` file without running code from it.

    Returns:
        An `Embedder`, also of a file made before embedders carried their architecture; a model of
        another kind as it is.

    Raises:
        InputError: it has a layer that no network of images needs, or is no such file.
    """
    operations.check_keras(path)
    model = keras.saving.load_model(path, compile=False, safe_mode=True)
    if isinstance(model, Embedder):
        return model
    architecture = read_layer_names(model)
    return Embedder.of(model.input, model.output, architecture) if architecture else model
