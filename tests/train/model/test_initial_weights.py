"""The source of the first weights: presets, embedders trained before, and what neither is."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from components.shared.model.architecture import Architecture
from components.shared.runtime.errors import InputError
from components.train.model import initial_weights
from components.train.params import TrainParams

SHAPE = (16, 16, 1)
SMALL = Architecture(SHAPE, 4, pooled_blocks=(1,))


def test_another_network_s_embedder_is_not_started_from(tmp_path: Path) -> None:
    import keras

    from components.train.model import network

    inputs = keras.Input(SHAPE, dtype="uint8")
    outputs = keras.layers.Dense(4)(keras.layers.Flatten()(inputs))
    keras.Model(inputs, outputs).save(tmp_path / "embedder.keras")
    file = initial_weights.embedder_file(str(tmp_path))
    with pytest.raises(InputError, match="is another network than this training's"):
        initial_weights.start_from(network.build(SMALL), file)


def test_a_training_starts_from_an_embedder_made_before_embedders_carried_an_architecture() -> None:
    from components.shared.model.embedder import read_model
    from components.train.model import network

    file = Path(__file__).parents[2] / "shared" / "model" / "embedders" / "whole.keras"
    model = network.build(SMALL)
    initial_weights.start_from(model, file)
    for ours, theirs in zip(model.get_weights(), read_model(file).get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_start_is_found_by_its_file_under_any_name_or_by_its_folder(tmp_path: Path) -> None:
    for name in ("embedder.keras", "renamed.keras"):
        (tmp_path / name).touch()
        assert initial_weights.embedder_file(str(tmp_path / name)) == tmp_path / name
    assert initial_weights.embedder_file(str(tmp_path)) == tmp_path / "embedder.keras"
    with pytest.raises(
        InputError, match=r"train\.start_from: .*: no such file; name an embedder\.keras"
    ):
        initial_weights.embedder_file(str(tmp_path / "missing.keras"))


def test_imagenet_is_the_folder_that_the_environment_names_or_else_the_public_preset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RESNET50_DIR", raising=False)
    assert initial_weights.resolve_preset("imagenet") == "hf://timm/resnet50.tv_in1k"
    monkeypatch.setenv("RESNET50_DIR", str(tmp_path))
    (tmp_path / "config.json").touch()
    with pytest.raises(InputError, match=r"is not a folder with config\.json and model\.safet"):
        initial_weights.resolve_preset("imagenet")
    (tmp_path / "model.safetensors").touch()
    assert initial_weights.resolve_preset("imagenet") == str(tmp_path)


def test_the_digest_is_that_of_the_file_and_there_is_none_of_random_or_public_weights(
    tmp_path: Path,
) -> None:
    (tmp_path / "config.json").write_bytes(b"{}")
    for name in ("model.safetensors", "embedder.keras"):
        (tmp_path / name).write_bytes(name.encode())
    folder = str(tmp_path)
    assert initial_weights.digest(TrainParams()) is None
    assert initial_weights.digest(TrainParams(weights="hf://timm/resnet50.tv_in1k")) is None
    preset = hashlib.sha256(b"model.safetensors").hexdigest()
    assert initial_weights.digest(TrainParams(weights=folder)) == preset
    embedder = hashlib.sha256(b"embedder.keras").hexdigest()
    assert initial_weights.digest(TrainParams(start_from=folder)) == embedder
