"""Loading an embedder and embedding images with it."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from components.shared.runtime import backend
from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar

if TYPE_CHECKING:
    import keras

EMBEDDER = "embedder.keras"
START = "start.keras"
"""The same network at step 0 of its training."""


def load_embedder(folder: Path) -> "keras.Model":
    """Loads `folder`/embedder.keras without running code from the file.

    Returns:
        An `Embedder`, which carries its architecture; a file that holds another Keras model gives
        that model.

    Raises:
        InputError: the file is missing or cannot be loaded.
    """
    path = folder / EMBEDDER
    if not path.is_file():
        raise InputError(f"{path}: no such file; run train first")
    return _load(path)


def load_start(folder: Path) -> "keras.Model | None":
    """Loads `folder`/start.keras, as `load_embedder` does, or returns None where there is none.

    There is none where the training began from random weights or kept those that it began from,
    and beside embedders made before it was kept.

    Raises:
        InputError: the file cannot be loaded.
    """
    path = folder / START
    return _load(path) if path.is_file() else None


def read_model(path: Path) -> "keras.Model":
    """Loads a `.keras` file as `load_embedder` does, under any name.

    Raises:
        InputError: it cannot be loaded.
    """
    from components.shared.model import keras_model

    try:
        return keras_model.load(path)
    except InputError:
        raise
    except Exception as error:  # Keras raises whatever a broken archive makes it stumble over
        lines = [line for line in str(error).splitlines() if line.strip()]
        reason = lines[0] if lines else type(error).__name__
        raise InputError(f"{path}: cannot be loaded as a Keras model: {reason}") from error


def count_views(model: "keras.Model") -> int:
    """Returns the number of views whose embeddings are joined, 1 where the model names none."""
    from components.shared.model.keras_model import Embedder

    return len(model.architecture.views) if isinstance(model, Embedder) else 1


def embed(
    model: "keras.Model",
    images: NDArray[np.uint8],
    batch_size: int = 64,
    progress: bool = True,
    *,
    rows: NDArray[np.integer] | None = None,
    what: str = "embed",
) -> NDArray[np.float32]:
    """Computes the embeddings of prepared images.

    Args:
        model: takes uint8 [n, H, W, C] as prepared, gives float32 [n, D].
        images: uint8 [N, H, W, C], may be memory-mapped.
        batch_size: images a step.
        progress: True shows it on stderr.
        rows: images to embed, in this order; None: all. Only a batch of them is in memory at a
            time.
        what: label of the progress bar.

    Returns:
        float32 [N, D], or [len(rows), D].

    Raises:
        InputError: the model does not take images of this shape.
        ValueError: an embedding is not finite.
    """
    expected = tuple(model.input_shape[1:])
    shape = tuple(images.shape[1:])
    if not _fits(shape, expected):
        raise InputError(f"the embedder takes images of shape {expected}, but these are {shape}")
    rows = np.arange(len(images)) if rows is None else np.asarray(rows)
    result = np.empty((len(rows), model.output_shape[-1]), np.float32)
    with progress_bar(what, "image", len(rows), visible=progress) as bar:
        for start in range(0, len(rows), batch_size):
            batch = images[rows[start : start + batch_size]]
            result[start : start + len(batch)] = model.predict_on_batch(batch)
            bar.update(len(batch))
    if not np.isfinite(result).all():
        raise ValueError("the embedder gives values that are not finite")
    return result


def _load(path: Path) -> "keras.Model":
    model = read_model(path)
    model.jit_compile = backend.uses_xla()
    return model


def _fits(shape: tuple[int, ...], expected: tuple[int | None, ...]) -> bool:
    """Tells whether a shape is the expected one, in which None stands for any size."""
    if len(shape) != len(expected):
        return False
    return all(side in (None, size) for size, side in zip(shape, expected, strict=True))
