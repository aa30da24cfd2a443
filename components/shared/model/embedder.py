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


def load_embedder(folder: Path) -> "keras.Model":
    """The Keras model in `folder`/embedder.keras, loaded without running code from the file.

    Raises:
        InputError: the file is missing or cannot be loaded.
    """
    path = folder / "embedder.keras"
    if not path.is_file():
        raise InputError(f"{path}: no such file; run train first")
    import keras

    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except (
        Exception
    ) as error:  # keras raises whatever the broken part of the archive made it stumble over
        reason = next(
            (line for line in str(error).splitlines() if line.strip()), type(error).__name__
        )
        raise InputError(f"{path}: cannot be loaded as a Keras model: {reason}") from error
    model.jit_compile = backend.uses_xla()
    return model


def embed(
    model: "keras.Model",
    images: NDArray[np.uint8],
    batch_size: int = 64,
    progress: bool = True,
    *,
    rows: NDArray[np.integer] | None = None,
    what: str = "embed",
) -> NDArray[np.float32]:
    """The embeddings of prepared images.

    Args:
        model: takes uint8 [n, H, W, C] as prepared, gives float32 [n, D].
        images: uint8 [N, H, W, C], may be memory-mapped.
        batch_size: images a step.
        progress: whether to show it on stderr.
        rows: which images, in this order; all where None. Only a batch of them is in memory at a
            time.
        what: the progress's label.

    Returns:
        float32 [N, D], or [len(rows), D].

    Raises:
        InputError: the model does not take images of this shape.
        ValueError: an embedding is not finite.
    """
    expected = tuple(model.input_shape[1:])
    given = tuple(images.shape[1:])
    if len(expected) != len(given) or any(
        e not in (None, g) for e, g in zip(expected, given, strict=True)
    ):
        raise InputError(f"the embedder takes images of shape {expected}, but these are {given}")
    chosen = np.arange(len(images)) if rows is None else np.asarray(rows)
    result = np.empty((len(chosen), model.output_shape[-1]), np.float32)
    with progress_bar(what, "image", len(chosen), visible=progress) as bar:
        for start in range(0, len(chosen), batch_size):
            batch = images[chosen[start : start + batch_size]]
            result[start : start + len(batch)] = model.predict_on_batch(batch)
            bar.update(len(batch))
    if not np.isfinite(result).all():
        raise ValueError("the embedder gives values that are not finite")
    return result
