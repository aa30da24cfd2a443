"""A tiny prepared store, its split and an embedder, written file by file as the steps before
evaluate do.
"""

import contextlib
import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from components.evaluate.params import EvaluateParams
from components.shared.data.tables import write_table

if TYPE_CHECKING:
    from components.evaluate.step import Evaluation

HEIGHT, WIDTH = 16, 24
GENUINE, FORGERIES = 7, 4
PARTS = {"train": 2, "val": 5, "test": 8}
PARAMS = EvaluateParams(
    protocols=("deployed", "references", "literature", "identification"),
    draws=3,
    target=0.05,
)
FILES = {
    "metrics.json", "summary.json", "decision.json", "distributions.json", "roc.csv", "det.csv",
    "scores.parquet", "report.html", "roc.png", "det.png", "scores.png", "identities.png",
    "cmc.csv", "open_set.csv",
    "tippett.png", "cross_entropy.png", "reliability.png", "identification.json",
    "identification.png", "mlflow_run.json", "summary.txt",
    "upload/report.html", "upload/scores.parquet",
}  # fmt: skip


class Inputs(NamedTuple):
    prepared: Path
    split: Path
    embedder: Path


@pytest.fixture(scope="session")
def write_inputs() -> Callable[[Path, int], Inputs]:
    """Writes inputs with so many forgeries of each identity into a folder."""
    return _write


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    return _write(tmp_path_factory.mktemp("inputs"), FORGERIES)


@pytest.fixture(scope="module", autouse=True)
def own_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """These tests track into a store of their own; its folder."""
    with pytest.MonkeyPatch.context() as patch:
        store = tmp_path_factory.mktemp("mlruns")
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{store / 'mlflow.db'}")
        patch.chdir(store)  # where MLflow puts artifacts of such a store
        yield store


@pytest.fixture(scope="module")
def tracked(own_store: Path, empty_store: Path) -> None:
    """The store has its tables already, which take MLflow seconds."""
    shutil.copyfile(empty_store, own_store / "mlflow.db")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports") / "evaluation"


@pytest.fixture(scope="module")
def evaluation(inputs: Inputs, out: Path, tracked: None) -> "Evaluation":
    """A whole run of the step."""
    from components.evaluate.step import run

    return run(PARAMS, *inputs, out)


def single_by_loop(inputs: Inputs, part: str) -> tuple[list[float], list[float], list[float]]:
    """Genuine, skilled and random single-reference distances of a part, image by image."""
    from components.shared.model.embedder import embed, load_embedder

    images = np.load(inputs.prepared / "images.npy")
    index = pd.read_parquet(inputs.prepared / "index.parquet")
    rows = np.flatnonzero(pd.read_parquet(inputs.split / "split.parquet")["part"] == part)
    vectors = embed(load_embedder(inputs.embedder), images, progress=False)
    genuine, skilled, random = [], [], []
    for a in rows:
        for b in rows:
            if index["kind"][a] == "forgery":
                continue
            distance = float(np.linalg.norm(vectors[a] - vectors[b]))
            if index["identity"][a] == index["identity"][b]:
                if index["kind"][b] == "forgery":
                    skilled.append(distance)
                elif a < b:
                    genuine.append(distance)
            elif index["kind"][b] == "genuine":
                random.append(distance)
    return genuine, skilled, random


def documented_rate(out: Path, folder: Path) -> str:
    """Runs the lines of docs/protocols.md that compute an error rate, and returns what they print.

    Args:
        out: an evaluation.
        folder: an empty one, in which it becomes reports/evaluation.
    """
    page = (Path(__file__).parents[2] / "docs" / "protocols.md").read_text(encoding="utf-8")
    section = page[page.index("## Every comparison") :]
    code = section.split("```python\n", 1)[1].split("```", 1)[0]
    assert len(code.splitlines()) == 3
    (folder / "reports").mkdir()
    (folder / "reports" / "evaluation").symlink_to(out)
    printed = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
        exec(code, {"np": np, "pd": pd})
    return printed.getvalue().strip()


def _write(folder: Path, forgeries: int) -> Inputs:
    folders = Inputs(folder / "prepared", folder / "split", folder / "embedder")
    for path in folders:
        path.mkdir()
    parts = np.repeat(list(PARTS), list(PARTS.values())).tolist()
    rows = []
    for identity, part in enumerate(parts):
        kinds = ["genuine"] * GENUINE + ["forgery"] * forgeries
        rows += [(f"writer-{identity:02}", kind, part, i) for i, kind in enumerate(kinds)]
    images = np.stack([_image(int(name[-2:]), kind, i) for name, kind, _, i in rows])
    index = pd.DataFrame(
        {
            "path": [f"{name}/{kind}/{i}.png" for name, kind, _, i in rows],
            "identity": [row[0] for row in rows],
            "kind": [row[1] for row in rows],
            "sha256": [f"{i:064x}" for i in range(len(rows))],
            "height": HEIGHT,
            "width": WIDTH,
        }
    )
    np.save(folders.prepared / "images.npy", images)
    write_table(index, folders.prepared / "index.parquet")
    sources = index[["height", "width"]].assign(
        mode="L", dpi=0, median_grey=240 + np.arange(len(index)) % 5
    )
    sources = sources.assign(file_bytes=900 + 7 * np.arange(len(index)) % 31)
    write_table(sources, folders.prepared / "sources.parquet")
    normalisation = {"mode": "shape", "height": HEIGHT, "width": WIDTH, "channels": 1}
    for path in (folders.prepared, folders.embedder):
        (path / "normalise.json").write_text(json.dumps(normalisation))
    partition = {"row": np.arange(len(rows)), "part": [row[2] for row in rows], "fold": -1}
    write_table(pd.DataFrame(partition), folders.split / "split.parquet")
    build_embedder(seed=3).save(folders.embedder / "embedder.keras")
    return folders


def _image(identity: int, kind: str, number: int) -> np.ndarray:
    """Blurred noise of the identity's own, more of other noise in a forgery than in a genuine
    image.
    """
    own = np.random.default_rng([1, identity]).normal(size=(HEIGHT // 4, WIDTH // 4))
    noise = np.random.default_rng([2, identity, number, kind == "forgery"]).normal(size=own.shape)
    mixed = own + noise * (1.6 if kind == "forgery" else 1.1)
    return np.kron(128 + 40 * mixed, np.ones((4, 4))).clip(0, 255).astype(np.uint8)[..., None]


def build_embedder(seed: int) -> Any:
    """A projection that the seed draws."""
    import keras

    keras.utils.set_random_seed(seed)
    inputs = keras.Input((HEIGHT, WIDTH, 1))
    hidden = keras.layers.Flatten()(keras.layers.Rescaling(1 / 40, offset=-128 / 40)(inputs))
    return keras.Model(inputs, keras.layers.UnitNormalization()(keras.layers.Dense(12)(hidden)))
