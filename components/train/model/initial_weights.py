"""The source of a training's first weights: ImageNet, a folder, or an embedder trained before."""

import os
from pathlib import Path
from typing import Any

from components.shared.runtime.errors import InputError
from components.shared.storage.files import sha256
from components.train.params import TrainParams

PUBLIC = "hf://timm/resnet50.tv_in1k"
PRESET_FILES = ("config.json", "model.safetensors")


def digest(params: TrainParams) -> str | None:
    """Returns the sha256 of the file that the first weights are read from.

    Returns:
        None where they are random or come from the Hub.

    Raises:
        InputError: there is no such file.
    """
    file = find(params)
    return None if file is None else sha256(file)


def find(params: TrainParams) -> Path | None:
    """Returns the file that the first weights are read from.

    Returns:
        None where they are random or come from the Hub.

    Raises:
        InputError: there is no such file.
    """
    if params.start_from is not None:
        return embedder_file(params.start_from)
    if params.weights == "none":
        return None
    preset = resolve_preset(params.weights)
    return None if preset.startswith("hf://") else Path(preset) / PRESET_FILES[1]


def resolve_preset(weights: str) -> str:
    """Returns the preset that `train.weights` means: an `hf://…` address or a folder.

    Raises:
        InputError: a folder that holds no preset.
    """
    if weights == "imagenet":
        weights = os.environ.get("RESNET50_DIR") or PUBLIC
    if weights.startswith("hf://"):
        return weights
    if not all((Path(weights) / name).is_file() for name in PRESET_FILES):
        raise InputError(
            f"train.weights: {weights} is not a folder with {' and '.join(PRESET_FILES)}"
        )
    return weights


def embedder_file(start_from: str) -> Path:
    """Returns the file that `train.start_from` means: an embedder.keras, or the one in a folder.

    Raises:
        InputError: there is none.
    """
    path = Path(start_from)
    if path.is_dir():
        path /= "embedder.keras"
    if not path.is_file():
        raise InputError(
            f"train.start_from: {path}: no such file; "
            f"name an embedder.keras or a folder that holds one"
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
    from components.shared.model.embedder import read_model

    try:
        trained = read_model(path)
    except InputError as error:
        raise InputError(f"train.start_from: {error}") from error
    theirs, ours = _interface(trained), _interface(model)
    if theirs != ours:
        raise InputError(
            f"train.start_from: {path} is for {theirs}, but this training is for {ours}"
        )
    if _shapes(trained) != _shapes(model):
        raise InputError(f"train.start_from: {path} is another network than this training's")
    model.set_weights(trained.get_weights())


def _interface(model: Any) -> str:
    return f"images {model.input_shape[1:]} and embeddings of {model.output_shape[-1]}"


def _shapes(model: Any) -> list[tuple[int, ...]]:
    return [tuple(variable.shape) for variable in model.weights]
