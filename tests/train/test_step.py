"""The train step, on a tiny store with the real network."""

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from components.shared.runtime import cli
from components.shared.runtime.errors import InputError
from components.shared.verification.metric_names import CRITERIA
from components.train.params import AugmentParams, TrainParams

PARAMS = TrainParams(
    identities_per_batch=3,
    images_per_identity=2,
    forgeries_per_identity=1,
    steps=4,
    log_every=2,
    validate_every=2,
    checkpoint_every=2,
    val_references=1,
    precision="float32",
    deterministic=True,
)
Run = Callable[..., Any]


def with_(**changes: Any) -> TrainParams:
    return PARAMS.model_copy(update=changes)


EVERYTHING = PARAMS.model_copy(
    update={
        "mining": "hard",
        "warm_up": 1,
        "cross_batch_memory": 12,
        "average": 0.5,
        "hard_identities": 0.5,
        "l2": 1e-4,
        "checkpoint_every": 1,
    }
)


@pytest.fixture
def run(data: Path, surroundings: Path) -> Run:
    """Runs the step into a folder."""
    from components.train import step

    return lambda params, name="out", resume=None, data=data: step.run(
        params, data / "prepared", data / "split", surroundings / name, resume=resume
    )


def ctrl_c_after_a_checkpoint(folder: Path) -> None:
    """Sends SIGINT to this process as soon as the first checkpoint is written."""

    def watch() -> None:
        while not list(folder.rglob("step-*/state.json")):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, daemon=True).start()


@pytest.mark.slow
def test_a_training_is_stopped_goes_on_onto_a_full_disk_and_again_to_its_end(
    run: Run, tmp_path: Path, small_disk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ctrl_c_after_a_checkpoint(tmp_path / "checkpoints")
    with pytest.raises(KeyboardInterrupt):
        run(EVERYTHING)
    assert not (tmp_path / "out").exists()

    stopped = max((tmp_path / "checkpoints").rglob("step-*"))
    with pytest.raises(
        InputError,
        match=r"--resume .*: a checkpoint of another run: train\.steps was 4 .* and is 7 now",
    ):
        run(EVERYTHING.model_copy(update={"steps": 7}), resume=stopped)

    shutil.move(stopped, tmp_path / "moved")
    shutil.rmtree(tmp_path / "checkpoints")
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.execute(lambda: run(EVERYTHING, f"{small_disk.name}/out", resume=tmp_path / "moved"))
    assert ended.value.code == 2
    lines = capfd.readouterr().err.splitlines()
    (line,) = [line for line in lines if line.startswith("error")]
    assert "the disk is full" in line
    assert not list(small_disk.iterdir()), "a part of an output is left"
    assert (tmp_path / "moved" / "state.json").is_file()

    figures = run(EVERYTHING)
    assert "going on after step 4 of 4" in capfd.readouterr().err
    assert not list((tmp_path / "checkpoints").rglob("step-*")), (
        "checkpoints of an ended run are left"
    )
    assert_is_an_embedder_without_a_trace_of_its_training(tmp_path / "out", figures)
    assert_a_training_starts_from_it(tmp_path / "out")


def assert_is_an_embedder_without_a_trace_of_its_training(
    out: Path, figures: dict[str, float]
) -> None:
    from components.shared.model.embedder import load_embedder

    embedder = load_embedder(out)
    assert embedder.dtype_policy.name == "float32"
    assert not embedder.losses
    embeddings = embedder.predict_on_batch(np.zeros((2, 32, 32, 1), np.uint8))
    assert embeddings.shape == (2, 128)
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(1, abs=1e-5)
    assert not (out / "start.keras").exists(), "random first weights are no start to compare with"
    record = json.loads((out / "mlflow_run.json").read_text())
    assert (record["run_id"], record["step"]) == (None, 4)
    history = pd.read_csv(out / "history.csv")
    assert list(history.step) == [0, 2, 4]
    best = history[history.step == figures["step"]].iloc[0]
    assert {name: best[name] for name in figures} == figures


def assert_a_training_starts_from_it(out: Path) -> None:
    from components.shared.model.embedder import load_embedder
    from components.train import assembly

    for start_from in (out, out / "embedder.keras"):
        model = assembly.compiled(with_(start_from=str(start_from)), (32, 32, 1), "float32")
        assert int(model.optimizer.iterations) == 0
        for ours, theirs in zip(
            model.embedder.get_weights(), load_embedder(out).get_weights(), strict=True
        ):
            assert np.array_equal(ours, theirs)
    with pytest.raises(
        InputError, match=r"embeddings of 128, but this training is for .*embeddings of 64$"
    ):
        assembly.compiled(with_(start_from=str(out), embedding_size=64), (32, 32, 1), "float32")
    with pytest.raises(
        InputError, match=r"images \(32, 32, 1\) .*, but this training is for images \(32, 48, 1\)"
    ):
        assembly.compiled(with_(start_from=str(out)), (32, 48, 1), "float32")


def test_a_start_that_is_no_embedder_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.keras").write_bytes(b"no archive")
    with pytest.raises(InputError, match=r"broken\.keras: cannot be loaded as a Keras model"):
        run(with_(start_from=str(tmp_path / "broken.keras")))
    assert not (tmp_path / "out").exists()


def test_an_embedder_with_code_in_it_is_not_started_from(run: Run, tmp_path: Path) -> None:
    import keras

    inputs = keras.Input((32, 32, 1), dtype="uint8")
    keras.Model(inputs, keras.layers.Lambda(lambda x: x * 2)(inputs)).save(
        tmp_path / "lambda.keras"
    )
    with pytest.raises(InputError, match=r"lambda\.keras: has 'Lambda', which no network"):
        run(with_(start_from=str(tmp_path / "lambda.keras")))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"identities_per_batch": 5}, "identities_per_batch is 5, but only 4 training identities"),
        (
            {"identities_per_batch": 4, "hard_identities": 0.5},
            "hard_identities is 0.5, but every batch holds all 4 training identities",
        ),
        ({"augment": AugmentParams(hue=0.1)}, "hue is 0.1, which has no meaning .* grey"),
        ({"weights": "/nowhere"}, r"not a folder with config\.json and model\.safetensors"),
        ({"start_from": "/nowhere"}, r"train\.start_from: /nowhere: no such file"),
    ],
)
def test_what_contradicts_the_data_is_refused_before_any_work(
    run: Run,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    changes: dict[str, Any],
    message: str,
) -> None:
    with pytest.raises(InputError, match=message):
        run(with_(**changes))
    assert "training ResNet50" not in capfd.readouterr().err
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "checkpoints").exists()


def test_all_contradictions_are_said_at_once_and_before_tensorflow_is_loaded(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load() -> None:
        pytest.fail("TensorFlow is loaded")

    monkeypatch.setattr("components.shared.runtime.backend.set_up", load)
    changes = {"identities_per_batch": 5, "augment": AugmentParams(hue=0.1), "weights": "/nowhere"}
    with pytest.raises(InputError) as error:
        run(with_(**changes))
    for fault in ("hue is 0.1, which", "identities_per_batch is 5, but", "/nowhere is not a"):
        assert fault in str(error.value)


def test_forgeries_that_are_asked_for_and_not_there_are_said_and_so_is_what_val_cannot_tell(
    run: Run, data_without_forgeries: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError, match="not a folder with"):
        run(with_(weights="/nowhere", val_references=3), data=data_without_forgeries)
    printed = capfd.readouterr().err
    assert (
        "there are no forgeries to train on: train.forgeries_per_identity has no effect" in printed
    )
    assert "more than train.val_references (3) genuine images: " in printed
    assert "there will be no identification accuracy" in printed


def test_how_a_batch_is_made_of_several_collections_is_said(
    capfd: pytest.CaptureFixture[str],
) -> None:
    from components.train import step

    identity = np.repeat(["a/1", "a/2", "a/3", "b/1", "b/2", "b/3"], [2, 2, 2, 2, 2, 1])
    rows = pd.DataFrame({"row": np.arange(11), "identity": identity, "kind": "genuine"})
    step._log_collections(PARAMS, rows)
    step._log_collections(PARAMS, rows.assign(collection="a"))
    assert capfd.readouterr().err == ""
    rows["collection"] = rows["identity"].str[0]
    step._log_collections(with_(collections_per_batch="all"), rows)
    assert capfd.readouterr().err == (
        "training identities by collection: a 3, b 2; a batch takes from all of them\n"
    )
    step._log_collections(PARAMS, rows)
    first, second = capfd.readouterr().err.splitlines()
    assert first.endswith("a 3, b 2; a batch takes from 1 of them, in turns")
    assert second.startswith("b cannot fill a batch's share of 3 identities, and others fill it up")


@pytest.mark.slow
def test_a_training_starts_with_the_discriminant_of_the_training_images(
    run: Run, data: Path, tmp_path: Path, resnet50_dir: Path
) -> None:
    from components.shared.data.image_store import open_store
    from components.shared.model.architecture import Architecture
    from components.shared.model.embedder import load_embedder
    from components.train.model import head, network
    from components.train.step import rows_of

    start = {
        "weights": str(resnet50_dir),
        "pooled_blocks": (3,),
        "pooled_components": 0,
        "embedding_size": 8,
        "learning_rate": 1e-9,
    }
    run(with_(**start, head="discriminant", steps=1, images_per_identity=2))
    trained = load_embedder(tmp_path / "out")
    store = open_store(data / "prepared")
    train = rows_of(store, data / "split")["train"].sort_values("row")
    images = store.images[train.row.to_numpy()]
    expected = network.build(
        Architecture((32, 32, 1), 8, pooled_blocks=(3,)), weights=str(resnet50_dir)
    )
    features = head.pooled_features(expected, images)
    head.fit_standardisation(expected, features)
    head.fit_projection(
        expected,
        features,
        train.identity.astype(int).to_numpy(),
        (train.kind == "forgery").to_numpy(),
    )
    ours, theirs = np.asarray(trained(images)), np.asarray(expected(images))
    np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, atol=1e-3)


@pytest.mark.slow
def test_a_head_alone_is_an_embedder_and_the_start_of_a_training_that_goes_on_from_it(
    run: Run, tmp_path: Path, resnet50_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from components.shared.model.embedder import read_model
    from components.train.loop.validation import Validation

    head = with_(
        weights=str(resnet50_dir),
        pooled_blocks=(3,),
        embedding_size=8,
        head="discriminant",
        head_steps=3,
        steps=0,
    )
    assert run(head, "head")["step"] == 0
    history = pd.read_csv(tmp_path / "head" / "history.csv")
    assert list(history.step) == [0]
    assert history["train/loss"].isna().all()
    assert json.loads((tmp_path / "head" / "mlflow_run.json").read_text())["step"] == 0
    assert not (tmp_path / "head" / "start.keras").exists(), "the model is its start"
    assert list((tmp_path / "tensorboard").rglob("events*"))

    rates = iter([0.5, 0.4, 0.3])
    monkeypatch.setattr(Validation, "score", lambda *_: {CRITERIA[0]: next(rates)})
    assert run(head.model_copy(update={"steps": 4}), "trained")["step"] == 4
    start = read_model(tmp_path / "trained" / "start.keras").get_weights()
    trained = read_model(tmp_path / "trained" / "embedder.keras").get_weights()
    alone = read_model(tmp_path / "head" / "embedder.keras").get_weights()
    for ours, theirs in zip(start, alone, strict=True):
        assert np.array_equal(ours, theirs)
    assert not all(np.array_equal(*pair) for pair in zip(start, trained, strict=True))
