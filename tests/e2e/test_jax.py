"""JAX trains as TensorFlow does, and without it: in a process of its own, since Keras has one
backend for each.
"""

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.train.params import TrainParams
from tests.train import large_batch
from tests.train.training_steps import CASES, train, train_head

pytest.importorskip("jax")

ON_JAX = """
import json, sys
from components.train.__main__ import main

main(sys.argv[1:])
import jax
from tests.train import large_batch
from tests.train.training_steps import CASES, train, train_head

compiled = {}
for kind in large_batch.KINDS:
    gradient = jax.value_and_grad(lambda rows: large_batch.mined_loss(kind, rows))
    compiled[kind] = jax.jit(gradient).lower(large_batch.ROWS).as_text()
steps = [train(case) for case in CASES]
report = {"steps": steps, "modules": list(sys.modules), "compiled": compiled}
report["head"] = train_head()
print(json.dumps(report))
"""
PARAMS = TrainParams(
    identities_per_batch=3,
    images_per_identity=2,
    forgeries_per_identity=1,
    pooled_blocks=[3],  # the first of ResNet50's stages, quickly compiled
    mining="hard",
    warm_up=1,
    cross_batch_memory=5,
    l2=1e-4,
    average=0.5,
    hard_identities=0.5,
    steps=3,
    log_every=1,
    validate_every=2,
    checkpoint_every=2,
    val_references=1,
    precision="float32",
)


@pytest.fixture(scope="module")
def on_jax(data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of a process with KERAS_BACKEND=jax: a training by command line into `out`, then
    the steps of `CASES`.
    """
    folder = tmp_path_factory.mktemp("jax")
    (folder / "params.yaml").write_text(yaml.safe_dump({"train": PARAMS.model_dump(mode="json")}))
    options = {
        "params": folder / "params.yaml",
        "prepared": data / "prepared",
        "split": data / "split",
    }
    arguments = [f"--{name}={path}" for name, path in {**options, "out": folder / "out"}.items()]
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MLFLOW_", "DVC_"))
    }
    places = {
        "CHECKPOINT_DIR": str(folder / "checkpoints"),
        "MLFLOW_TRACKING_URI": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        [sys.executable, "-c", ON_JAX, *arguments],
        env={**environment, **places, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout.splitlines()[-1]), "out": folder / "out"}


def test_the_step_trains_on_jax_without_tensorflow(on_jax: dict[str, Any]) -> None:
    assert "jax" in on_jax["modules"]
    assert not {"tensorflow", "tensorflow_text"} & set(on_jax["modules"])
    history = (on_jax["out"] / "history.csv").read_text().splitlines()
    assert len(history) == 1 + 1 + PARAMS.steps  # names, before the first step, after each
    assert "val/verification/skilled/refs_1/eer" in history[0]


def test_what_jax_trained_is_an_embedder_for_tensorflow(on_jax: dict[str, Any]) -> None:
    import numpy as np

    from components.shared.model.embedder import embed, load_embedder

    images = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 1), np.uint8)
    embeddings = embed(load_embedder(on_jax["out"]), images, progress=False)
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("kind", large_batch.KINDS)
def test_memory_grows_as_the_square_of_the_batch_on_jax_too(
    on_jax: dict[str, Any], kind: str
) -> None:
    shapes = set(re.findall(r"tensor<([0-9x]+)x[a-z]", on_jax["compiled"][kind]))
    assert max(math.prod(map(int, shape.split("x"))) for shape in shapes) == large_batch.LARGEST


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["mining"] for case in CASES])
def test_equal_weights_and_batches_give_the_losses_of_tensorflow(
    on_jax: dict[str, Any], number: int
) -> None:
    expected, result = train(CASES[number]), on_jax["steps"][number]
    for ours, theirs in zip(expected["logs"], result["logs"], strict=True):
        assert theirs == pytest.approx(ours, abs=1e-4)
    assert result["variables"] == pytest.approx(expected["variables"], abs=1e-4)


def test_a_head_trained_alone_is_that_of_tensorflow(on_jax: dict[str, Any]) -> None:
    assert on_jax["head"] == pytest.approx(train_head(), abs=1e-4)
