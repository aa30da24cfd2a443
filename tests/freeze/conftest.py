"""A tiny embedder, some source images and an evaluation: all that freeze needs, in a second."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from components.shared.data import image_store, partition
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise import normalise
from components.shared.tracking.record import Record

SPEC: dict[str, Any] = {"mode": "shape", "height": 16, "width": 24, "channels": 1}
METRICS = {
    "verification": {
        "skilled": {
            "refs_1": {
                "eer": 0.125,
                "eer_ci_low": 0.1,
                "eer_ci_high": 0.15,
                "auc": 0.9,
                "n_identities": 9,
            }
        },
        "random": {"refs_5": {"eer": 0.05, "frr_at_far_1pct": 0.2}},
    },
    "identification": {"refs_5": {"accuracy": 0.75}},
    "probe": {"prepared": {"auc": 0.625}},
}
THRESHOLDS = [
    {
        "kind": "skilled",
        "references": 1,
        "policy": "equal_error",
        "threshold": 0.4321,
        "chosen_on": "val",
    },
]
RATE = {"value": 0.02, "low": 0.01, "high": 0.04}
SEARCHES = [
    {
        "references": 5,
        "gallery_size": 30,
        "policy": "review",
        "fpir": RATE,
        "fnir": RATE,
        "strangers_reviewed": RATE,
        "enrolled_reviewed": RATE,
        "n_identities": 9,
        "n_probes": 90,
    }
]
EVALUATED = Record(step=21, metrics={"verification/skilled/refs_1/eer": 0.125})


def drawing(seed: int, kind: str = ".png") -> bytes:
    """A few dark strokes on light paper, encoded."""
    draw = np.random.default_rng(seed)
    image = np.full((60, 90), 240, np.uint8)
    points = draw.integers(8, 52, (6, 2)) + np.array([15, 0])
    cv2.polylines(image, [points.astype(np.int32)], False, 30, 2)
    return bytes(cv2.imencode(kind, image)[1])


def blank() -> bytes:
    """A PNG file of white paper."""
    return bytes(cv2.imencode(".png", np.full((40, 60), 255, np.uint8))[1])


def write_catalogue(folder: Path, contents: dict[str, bytes]) -> None:
    """Writes image files of two identities and the catalogue that names them."""
    folder.mkdir(parents=True)
    lines = ["path,identity,kind,sha256"]
    for number, (name, content) in enumerate(sorted(contents.items())):
        (folder / name).write_bytes(content)
        kind = "forgery" if number % 3 == 2 else "genuine"
        lines.append(f"{name},{number % 2:03d},{kind},{hashlib.sha256(content).hexdigest()}")
    (folder / "catalog.csv").write_text("\n".join(lines) + "\n")


def write_embedder(folder: Path, seed: int) -> None:
    """Writes an untrained embedder of the shape and scale that train gives."""
    import keras

    keras.utils.set_random_seed(seed)
    pixels = keras.Input((SPEC["height"], SPEC["width"], SPEC["channels"]))
    hidden = keras.layers.Rescaling(1 / 255)(pixels)
    hidden = keras.layers.Conv2D(4, 3, strides=2)(hidden)
    hidden = keras.layers.BatchNormalization()(hidden)
    hidden = keras.layers.Dropout(0.5)(keras.layers.Flatten()(hidden))
    output = keras.layers.UnitNormalization()(keras.layers.Dense(8)(hidden))
    folder.mkdir(parents=True)
    keras.Model(pixels, output).save(folder / "embedder.keras")
    (folder / "normalise.json").write_text(json.dumps(SPEC))


@pytest.fixture(scope="session")
def images() -> npt.NDArray[np.object_]:
    """Five encoded images, PNG and JPEG, bytes [5]."""
    return np.array(
        [drawing(seed, ".jpg" if seed % 2 else ".png") for seed in range(5)], dtype=object
    )


@pytest.fixture(scope="session")
def inputs(
    tmp_path_factory: pytest.TempPathFactory, images: npt.NDArray[np.object_]
) -> dict[str, Path]:
    """The folders that freeze reads, by the names of its arguments."""
    root = tmp_path_factory.mktemp("freeze")
    write_catalogue(
        root / "raw", {f"{i}{'.jpg' if i % 2 else '.png'}": image for i, image in enumerate(images)}
    )
    write_embedder(root / "embedder", seed=0)
    (root / "evaluation").mkdir()
    (root / "evaluation" / "metrics.json").write_text(json.dumps(METRICS))
    decided = {"schema": 1, "chosen_on": "val", "thresholds": THRESHOLDS}
    (root / "evaluation" / "decision.json").write_text(json.dumps(decided))
    (root / "evaluation" / "identification.json").write_text(json.dumps(SEARCHES))
    (root / "evaluation" / "mlflow_run.json").write_text(EVALUATED.model_dump_json())
    # What quantised formats alone need is never opened without them.
    names = ("raw", "prepared", "split", "embedder", "evaluation")
    return {name: root / name for name in names}


@pytest.fixture(scope="session")
def writers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Images of ten writers, prepared and split: four to train with, six to test on."""
    root = tmp_path_factory.mktemp("writers")
    normalisation = Normalisation(**SPEC)
    contents, rows, images, parts = {}, [], [], []
    for number in range(10 * 4):
        writer, name = number // 4, f"{number:02d}.png"
        contents[name] = drawing(number)
        kind = "forgery" if number % 4 == 3 else "genuine"
        digest = hashlib.sha256(contents[name]).hexdigest()
        rows.append({"path": name, "identity": f"{writer:02d}", "kind": kind, "sha256": digest})
        images.append(normalise(contents[name], normalisation).pixels)
        part = "train" if writer < 4 else "test"
        parts.append({"row": number, "part": part, "fold": -1})
    index = pd.DataFrame(rows)
    for folder in ("raw", "prepared", "split"):
        (root / folder).mkdir()
    for name, content in contents.items():
        (root / "raw" / name).write_bytes(content)
    index.to_csv(root / "raw" / "catalog.csv", index=False)
    image_store.write_store(root / "prepared", np.stack(images), index, normalisation)
    partition.write(pd.DataFrame(parts), index, root / "split")
    return {folder: root / folder for folder in ("raw", "prepared", "split")}


@pytest.fixture
def own_store(empty_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tracking store of the test's own."""
    shutil.copyfile(empty_store, tmp_path / "mlflow.db")
    use_store(tmp_path, monkeypatch)


def use_store(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Makes MLflow write into a folder: its database, and its artifacts, which go to the working
    directory. What it used before, in this process, is used again at the end.
    """
    patch.chdir(folder)
    patch.setattr("mlflow.tracking._tracking_service.utils._tracking_uri", None)
    patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
    patch.delenv("MLFLOW_RUN_ID", raising=False)


@pytest.fixture(scope="session")
def frozen(
    tmp_path_factory: pytest.TempPathFactory, inputs: dict[str, Path], empty_store: Path
) -> tuple[Path, dict[str, float]]:
    """The output folder of one whole run of the step, and the figures it returned."""
    from components.freeze import step
    from components.freeze.params import FreezeParams

    out = tmp_path_factory.mktemp("frozen") / "out"
    shutil.copyfile(empty_store, out.parent / "mlflow.db")
    with pytest.MonkeyPatch.context() as patch:
        use_store(out.parent, patch)
        patch.setenv("GIT_REVISION", "0123abc")
        return out, step.run(FreezeParams(parity_images=4), **inputs, out=out)
