"""The train step, on a tiny store with the real network."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from components.shared import partition
from components.shared.errors import InputError
from components.shared.images import Normalisation, write_store
from components.train.params import TrainParams

PARAMS = TrainParams(
    identities_per_batch=3,
    images_per_identity=2,
    forgeries_per_identity=1,
    steps=4,
    validate_every=2,
    checkpoint_every=1,
    precision="float32",
    deterministic=True,
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 8 identities × (3 genuine + 2 forgeries) of noise, and its split."""
    folder = tmp_path_factory.mktemp("train")
    rows = [(str(i), kind) for i in range(8) for kind in ["genuine"] * 3 + ["forgery"] * 2]
    index = pd.DataFrame(rows, columns=["identity", "kind"])
    index.insert(0, "path", [f"{n}.png" for n in range(len(index))])
    index["sha256"] = [f"{n:064x}" for n in range(len(index))]
    index["height"], index["width"] = 32, 48
    images = np.random.default_rng(0).integers(0, 256, (len(index), 32, 32, 1), np.uint8)
    for name in ("prepared", "split"):
        (folder / name).mkdir()
    write_store(folder / "prepared", images, index, Normalisation(height=32, width=32))
    part = index.identity.astype(int).map(lambda i: "train" if i < 4 else "val" if i < 6 else "test")
    table = pd.DataFrame({"row": np.arange(len(index)), "part": part, "fold": -1})
    partition.write(table, index, folder / "split")
    return folder


@pytest.fixture
def run(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the step into a folder, with checkpoints and tracking in a place of the test's own."""
    from components.train import step

    for name in list(os.environ):
        if name.startswith(("MLFLOW_", "DVC_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("CHECKPOINT_DIR", str(tmp_path / "checkpoints"))
    monkeypatch.setenv("TENSORBOARD_DIR", str(tmp_path / "tensorboard"))
    return lambda params, name: step.run(params, data / "prepared", data / "split", tmp_path / name)


def test_a_training_interrupted_and_gone_on_with_equals_one_that_was_not(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from components.shared.embed import load_embedder
    from components.train.loop import Trainer

    run(PARAMS, "whole")

    train = Trainer._train
    monkeypatch.setattr(Trainer, "_train", lambda self, *batch: train(self, *batch) if self.step < 3 else interrupt())
    with pytest.raises(KeyboardInterrupt):
        run(PARAMS, "halves")
    assert not (tmp_path / "halves").exists()
    assert sorted(path.name for path in (tmp_path / "checkpoints").rglob("step-*")) == [
        "step-00000002",
        "step-00000003",
    ]
    monkeypatch.setattr(Trainer, "_train", train)
    run(PARAMS, "halves")

    whole, halves = (load_embedder(tmp_path / name) for name in ("whole", "halves"))
    for ours, theirs in zip(whole.get_weights(), halves.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)
    whole_history, halves_history = ((tmp_path / name / "history.csv").read_text() for name in ("whole", "halves"))
    assert whole_history == halves_history
    assert not list((tmp_path / "checkpoints").rglob("step-*"))

    assert whole.dtype_policy.name == "float32"
    embeddings = whole.predict_on_batch(np.zeros((2, 32, 32, 1), np.uint8))
    assert embeddings.shape == (2, 128)
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(1, abs=1e-5)
    assert json.loads((tmp_path / "whole" / "mlflow_run.json").read_text())["run_id"] is None
    assert list((tmp_path / "tensorboard").rglob("events.*"))


def interrupt() -> float:
    raise KeyboardInterrupt


def test_batches_that_the_data_cannot_fill_are_refused_before_any_training(run: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="identities_per_batch is 5, but only 4 training identities"):
        run(PARAMS.model_copy(update={"identities_per_batch": 5}), "out")
    assert not (tmp_path / "out").exists()


def test_weights_that_are_not_there_are_refused_with_what_to_do(run: Any) -> None:
    with pytest.raises(InputError, match=r"not a folder with config\.json and model\.safetensors"):
        run(PARAMS.model_copy(update={"weights": "/nowhere"}), "out")


def test_a_loss_that_is_not_finite_stops_the_training(run: Any) -> None:
    with pytest.raises(InputError, match=r"the loss is nan at step 2; lower train\.learning_rate"):
        run(PARAMS.model_copy(update={"learning_rate": 1e38}), "out")


def test_imagenet_weights_load_and_batch_normalisation_stays_in_inference_mode(resnet50_dir: Path) -> None:
    from components.train import network

    model = network.build((32, 32, 1), 16, 0.0, str(resnet50_dir), 0, "float32")
    images = np.random.default_rng(1).integers(0, 256, (4, 32, 32, 1), np.uint8)
    training, inference = (np.asarray(model(images, training=mode)) for mode in (True, False))
    assert np.allclose(training, inference, atol=1e-6)
    twin = np.asarray(network.float32_twin(model)(images))
    assert np.allclose(twin, inference, atol=1e-6)
    fresh = network.build((32, 32, 1), 16, 0.0, "none", 0, "float32")
    first, loaded = (m.get_layer("resnet50").get_layer("conv1_conv").kernel for m in (fresh, model))
    assert not np.allclose(first, loaded)
