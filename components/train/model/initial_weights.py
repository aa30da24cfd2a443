"""Where a training's first weights come from: ImageNet, a folder, or an embedder that was trained
before.
"""

import os
from pathlib import Path
from typing import Any

from components.shared.runtime.errors import InputError
from components.shared.storage.files import sha256
from components.train.params import TrainParams

PUBLIC = "hf://timm/resnet50.tv_in1k"
PRESET_FILES = ("config.json", "model.safetensors")


def digest(params: TrainParams) -> str | None:
    """The sha256 of the file that the first weights are read from; None where they are drawn or
    come from the Hub.

    Raises:
        InputError: there is no such file.
    """
    if params.start_from is not None:
        return sha256(embedder_file(params.start_from))
    if params.weights == "none" or (name := preset(params.weights)).startswith("hf://"):
        return None
    return sha256(Path(name) / PRESET_FILES[1])


def preset(weights: str) -> str:
    """The preset that `train.weights` means: an `hf://…` address or a folder.

    Raises:
        InputError: a folder that holds no preset.
    """
    if weights == "imagenet":
        weights = os.environ.get("RESNET50_DIR") or PUBLIC
    if not weights.startswith("hf://") and not all(
        (Path(weights) / name).is_file() for name in PRESET_FILES
    ):
        raise InputError(
            f"train.weights: {weights} is not a folder with {' and '.join(PRESET_FILES)}"
        )
    return weights


def embedder_file(start_from: str) -> Path:
    """The file that `train.start_from` means: an embedder.keras, or the one in a folder.

    Raises:
        InputError: there is none.
    """
    given = Path(start_from)
    path = given / "embedder.keras" if given.is_dir() else given
    if not path.is_file():
        raise InputError(
            f"train.start_from: {path}: no such file; name an embedder.keras or a folder that holds one"
        )
    return path


def start_from(model: Any, path: Path) -> None:
    """Gives a model the weights of an embedder that was trained before.

    Args:
        model: of `network.build`.
        path: an embedder.keras; it is loaded without running code from it.

    Raises:
        InputError: it cannot be loaded, or it is another network: other images, another embedding
            size.
    """
    import keras

    try:
        trained = keras.saving.load_model(path, compile=False, safe_mode=True)
    except (
        Exception
    ) as error:  # keras raises whatever the broken part of the archive made it stumble over
        reason = next(
            (line for line in str(error).splitlines() if line.strip()), type(error).__name__
        )
        raise InputError(
            f"train.start_from: {path}: cannot be loaded as a Keras model: {reason}"
        ) from error
    theirs, ours = (
        f"images {m.input_shape[1:]} and embeddings of {m.output_shape[-1]}"
        for m in (trained, model)
    )
    if theirs != ours:
        raise InputError(
            f"train.start_from: {path} is for {theirs}, but this training is for {ours}"
        )
    if _shapes(trained) != _shapes(model):
        raise InputError(f"train.start_from: {path} is another network than this training's")
    model.set_weights(trained.get_weights())


def _shapes(model: Any) -> list[tuple[int, ...]]:
    return [tuple(variable.shape) for variable in model.weights]
