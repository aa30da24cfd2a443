"""The log of metrics: what TensorBoard shows, and what reaches MLflow."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.shared.tracking import step_runs
from components.shared.tracking.run import Run
from components.train.monitoring.metrics_log import MetricsLog, folder_name
from components.train.params import TrainParams

FIGURES = {
    "train/loss": 0.5,
    "train/learning_rate": 1e-4,
    "val/verification/skilled/refs_1/eer": 0.25,
}
IMAGES = np.random.default_rng(0).integers(0, 256, (5, 12, 20, 1), np.uint8)


def read(folder: Path) -> dict[str, list[tuple[int, Any]]]:
    """Every tag of a log, with its steps and values."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    log = EventAccumulator(str(folder), size_guidance={"tensors": 0}).Reload()
    values: dict[str, list[tuple[int, Any]]] = {}
    for tag in log.Tags()["tensors"]:
        events = log.Tensors(tag)
        values[tag] = [(event.step, make_ndarray(event.tensor_proto)) for event in events]
    return values


def test_the_log_holds_scalars_the_histogram_of_embeddings_and_apart_from_them_the_images_as_fed(
    surroundings: Path,
) -> None:
    import tensorflow as tf

    metrics_log = MetricsLog(Run(None, None, name="hard-mining"), resume=False)
    embeddings = np.linspace(-1, 1, 300, dtype=np.float32).reshape(100, 3)
    metrics_log.log(FIGURES, 3)
    metrics_log.log(FIGURES | {"train/loss": float("nan")}, 6)
    metrics_log.log_samples(embeddings, IMAGES, 6)
    metrics_log.close()

    log = read(surroundings / "tensorboard" / "hard-mining")
    assert set(log) == {*FIGURES, "val/embeddings"}
    assert [(step, float(value)) for step, value in log["train/loss"]] == [(3, 0.5)]
    assert [step for step, _ in log["train/learning_rate"]] == [3, 6]
    ((step, buckets),) = log["val/embeddings"]
    assert step == 6
    assert buckets[0, 0] == pytest.approx(-1)
    assert buckets[-1, 1] == pytest.approx(1)
    assert buckets[:, 2].sum() == 300

    ((step, encoded),) = read(surroundings / "tensorboard" / "hard-mining" / "images")[
        "train/images"
    ]
    assert step == 6
    pictures = [tf.io.decode_png(picture).numpy() for picture in encoded[2:]]
    assert np.array_equal(pictures, IMAGES)


def test_an_earlier_log_of_the_name_is_continued_by_a_resumed_run_and_removed_by_a_new_one(
    surroundings: Path,
) -> None:
    for resume, steps in ((False, [1]), (True, [1, 2]), (False, [3])):
        metrics_log = MetricsLog(Run(None, None, name="hard-mining"), resume)
        metrics_log.log(FIGURES, steps[-1])
        metrics_log.log_samples(np.zeros((3, 2), np.float32), IMAGES, steps[-1])
        metrics_log.close()
        folder = surroundings / "tensorboard" / "hard-mining"
        # TensorBoard reads files that were begun in one second in any order.
        assert sorted(step for step, _ in read(folder)["train/loss"]) == steps
        assert sorted(step for step, _ in read(folder / "images")["train/images"]) == steps


def test_figures_and_the_log_reach_mlflow_under_one_name_and_pictures_of_people_do_not(
    surroundings: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    shutil.copyfile(empty_store, surroundings / "mlflow.db")
    store = f"sqlite:///{surroundings}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    client = mlflow.MlflowClient(store)
    location = (surroundings / "artifacts").as_uri()
    monkeypatch.setenv(
        "MLFLOW_EXPERIMENT_ID", client.create_experiment("curves", artifact_location=location)
    )
    with step_runs.train_run(TrainParams()) as tracked:
        metrics_log = MetricsLog(tracked, resume=False)
        metrics_log.log(FIGURES, 3)
        metrics_log.log_samples(np.zeros((3, 2), np.float32), IMAGES, 3)
        metrics_log.close()
    metrics = client.get_run(tracked.run_id).data.metrics
    assert metrics == {"train/loss": 0.5, "watch/learning_rate": 1e-4, "val/eer_skilled": 0.25}
    uploaded = [path for path in (surroundings / "artifacts").rglob("*") if path.is_file()]
    assert [path.parent.name for path in uploaded] == ["tensorboard"]
    assert "train/images" not in read(uploaded[0].parent)
    name = client.get_run(tracked.run_id).info.run_name
    assert list((surroundings / "tensorboard" / name / "images").iterdir())


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("hard-mining", "hard-mining"),
        ("margin=0.5,é", "margin=0.5,é"),
        ("../a/b", "_a_b"),
        ("..", "training"),
        (None, "training"),
    ],
)
def test_the_folder_of_a_log_has_the_name_of_the_run_as_far_as_a_folder_can(
    name: str | None, folder: str
) -> None:
    assert folder_name(name) == folder


def test_the_log_of_a_run_that_was_renamed_as_it_was_resumed_goes_on_under_the_new_name(
    surroundings: Path,
) -> None:
    renamed = Run(None, None, name="easy-mining")
    renamed.former_name = "hard-mining"
    for step, (run, resume) in enumerate(
        [(Run(None, None, name="hard-mining"), False), (renamed, True)], 1
    ):
        metrics_log = MetricsLog(run, resume)
        metrics_log.log(FIGURES, step)
        metrics_log.close()
    assert [path.name for path in (surroundings / "tensorboard").iterdir()] == ["easy-mining"]
    log = read(surroundings / "tensorboard" / "easy-mining")
    assert sorted(step for step, _ in log["train/loss"]) == [1, 2]
