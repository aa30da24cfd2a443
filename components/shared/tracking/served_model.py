"""The shipped model as MLflow serves it: encoded images in, as bytes or in base64, embeddings out.

MLflow logs this module beside the SavedModel, so it imports nothing of the project.
"""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FORM = '{"b64": "..."}'


class ServedModel:
    """A SavedModel behind MLflow's interface of Python functions.

    Args:
        saved_model: folder of the SavedModel.
    """

    def __init__(self, saved_model: Path) -> None:
        import tensorflow as tf

        self._loaded = tf.saved_model.load(str(saved_model))

    def embed(self, images: Sequence[bytes]) -> npt.NDArray[np.float32]:
        """Embeds encoded images, bytes [N]; returns float32 [N, D]."""
        import tensorflow as tf

        serve = self._loaded.signatures["serving_default"]
        encoded = tf.constant(np.array(images, dtype=object), tf.string)
        embeddings: npt.NDArray[np.float32] = serve(images=encoded)["embeddings"].numpy()
        return embeddings

    def predict(self, model_input: Any, params: object = None) -> npt.NDArray[Any]:
        """Embeds images in any form in which MLflow hands them over.

        Args:
            model_input: N images: an array, a list, or a table of one column. Each is bytes, text
                in base64, or an object `{"b64": text}`.
            params: not used; MLflow passes them.

        Returns:
            [N, D]: float32 with NaN for images in bytes. For images in base64, as they come in
            JSON, floats with None: JSON has no NaN.

        Raises:
            ValueError, TypeError: an image is in another form. The message tells its number and
                nothing of its content: a client reads it.
        """
        images = _list_images(model_input)
        numbered = enumerate(images, start=1)
        encoded = [_decode(image, f"image {number} of {len(images)}") for number, image in numbered]
        embeddings = self.embed(encoded)
        if all(isinstance(image, bytes) for image in images):
            return embeddings
        rows = embeddings.astype(object)
        rows[np.isnan(embeddings)] = None
        return rows


def _load_pyfunc(path: str) -> ServedModel:
    """Loads a logged model; MLflow calls it by this name."""
    return ServedModel(Path(path))


def _list_images(model_input: Any) -> list[Any]:
    """Returns the images of an input as they came, objects and arrays of one unwrapped."""
    import pandas as pd

    if isinstance(model_input, pd.DataFrame | Mapping):
        model_input = _single_value(model_input, "the input")
    images = np.atleast_1d(np.asarray(model_input, dtype=object))
    if images.ndim > 1:
        raise ValueError(f"the input has {images.ndim} dimensions: send a list of images")
    return list(images)


def _decode(image: Any, place: str) -> bytes:
    if isinstance(image, Mapping):
        image = _single_value(image, place)
    if isinstance(image, np.ndarray) and image.ndim == 0:
        image = image.item()
    if isinstance(image, bytes):
        return image
    if not isinstance(image, str):
        raise TypeError(f"{place} is a {type(image).__name__}: send base64, plain or as {FORM}")
    try:
        return base64.b64decode("".join(image.split()), validate=True)
    except ValueError:
        raise ValueError(f"{place} is not base64: send it plain or as {FORM}") from None


def _single_value(table: Any, place: str) -> Any:
    names = list(table)
    if len(names) != 1:
        raise ValueError(f"{place} has {len(names)} names of values: send one, as {FORM}")
    return table[names[0]]
