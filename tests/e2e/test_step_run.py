"""Each step sets up its backend itself: `step.run` is all that a Kubeflow task calls, and the
compiled task does as the command line does.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.pipelines.kubeflow.compiled import compile_to, containers

PROJECT = Path(__file__).resolve().parents[2]
RUN = """
import importlib, json, os, sys, typing

at_import = []


class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "tensorflow" and not at_import:
            prefixes = ("TF_", "CUDA_")
            variables = os.environ.items()
            at_import.append({key: value for key, value in variables if key.startswith(prefixes)})


sys.meta_path.insert(0, Watch())
module, section, values, *arguments = sys.argv[1:]
params = importlib.import_module(f"components.{section}.params")
model = getattr(params, f"{section.capitalize()}Params")
run = importlib.import_module(f"components.{section}.{module}").run
started = list(at_import)
types = list(typing.get_type_hints(run).values())[1:]
run(model(**json.loads(values)), *[kind(text) for kind, text in zip(types, arguments)])
if not at_import:
    print(json.dumps({"before": [], "loaded": False}))
    sys.exit()
import tensorflow as tf

print(json.dumps({
    "before": started,
    "loaded": True,
    "environment": at_import[0],
    "float32": not tf.config.experimental.tensor_float_32_execution_enabled(),
}))
"""
TRAIN = {
    "steps": 2,
    "pooled_blocks": [3],
    "identities_per_batch": 2,
    "images_per_identity": 2,
    "forgeries_per_identity": 1,
    "val_references": 1,
    "validate_every": 1,
    "checkpoint_every": 2,
}
EVALUATE = {"references": 2}
EMBEDDING = ("train", "evaluate", "freeze", "shipped")


class Done(NamedTuple):
    """A process that has run a step: TensorFlow's state at its end, and its lines on stderr."""

    state: dict[str, Any]
    lines: list[str]


def run(
    folder: Path,
    section: str,
    values: dict[str, Any],
    *arguments: str,
    module: str = "step",
) -> Done:
    """Calls `run` of a step's module in a process whose environment says nothing of a backend."""
    ours = ("MLFLOW_", "DVC_", "TF_", "CUDA_", "KERAS_", "CHECKPOINT_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= {
        "CHECKPOINT_DIR": str(folder / "checkpoints"),
        "MLFLOW_TRACKING_URI": "http://127.0.0.1:9",
    }
    environment |= {"TENSORBOARD_DIR": str(folder / "board"), "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [sys.executable, "-c", RUN, module, section, json.dumps(values), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Done(json.loads(done.stdout.splitlines()[-1]), done.stderr.splitlines())


WATCH = """
import os, sys


class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "tensorflow":
            print("oneDNN", os.environ.get("TF_ENABLE_ONEDNN_OPTS"), flush=True)
            sys.meta_path.remove(self)


sys.meta_path.insert(0, Watch())
"""


def run_compiled(
    folder: Path, task: str, values: dict[str, Any], inputs: dict[str, str], **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs a task's container command of the compiled pipeline as a process, as KFP's launcher
    does: it says on stdout what oneDNN's setting is as TensorFlow is imported.
    """
    compiled = compile_to(folder / "pipeline.yaml")[0]
    container = containers(compiled)[task]
    component = compiled["components"][f"comp-{task}"]
    declared = component["outputDefinitions"]["artifacts"]
    definitions = component["inputDefinitions"]["artifacts"] | declared
    paths = inputs | {name: str(folder / f"compiled-{task}" / name) for name in declared}
    artifacts = {
        name: {"artifacts": [{"name": name, "type": given["artifactType"], "uri": paths[name]}]}
        for name, given in definitions.items()
    }
    call = {
        "inputs": {
            "parameterValues": {"params": values},
            "artifacts": {name: artifacts[name] for name in inputs},
        },
        "outputs": {
            "artifacts": {name: artifacts[name] for name in declared},
            "outputFile": str(folder / f"compiled-{task}" / "output.json"),
        },
    }
    (folder / "sitecustomize.py").write_text(WATCH)
    ours = ("MLFLOW_", "DVC_", "TF_", "CUDA_", "KERAS_", "CHECKPOINT_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": f"{folder}{os.pathsep}{PROJECT}",
        "MLFLOW_TRACKING_URI": "http://127.0.0.1:9",
    }
    filled = {"{{$}}": json.dumps(call)}
    arguments = [filled.get(argument, argument) for argument in container["args"]]
    return subprocess.run(
        [*container["command"], *arguments],
        cwd=folder,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("steps")


@pytest.fixture(scope="module")
def done(folder: Path, raw_folder: Path) -> dict[str, Done]:
    """The steps, one after the other, each in a process of its own."""
    from components.split import step as split
    from components.split.params import SplitParams

    raw, result = str(raw_folder), {}
    result["preprocess"] = run(folder, "preprocess", {}, raw, "prepared")
    split.run(SplitParams(val=0.25, test=0.25), folder / "prepared", folder / "split")
    result["train"] = run(folder, "train", TRAIN, "prepared", "split", "embedder")
    result["evaluate"] = run(
        folder, "evaluate", EVALUATE, "prepared", "split", "embedder", "evaluation"
    )
    result["freeze"] = run(
        folder,
        "freeze",
        {"parity_images": 2},
        raw,
        "prepared",
        "split",
        "embedder",
        "evaluation",
        "frozen",
    )
    result["shipped"] = run(
        folder, "evaluate", EVALUATE, "frozen", raw, "auto", "other", module="external.run"
    )
    return result


def test_importing_a_step_does_not_load_tensorflow(done: dict[str, Done]) -> None:
    assert {
        name: process.state["before"] for name, process in done.items() if process.state["before"]
    } == {}


def test_preprocess_loads_no_tensorflow(done: dict[str, Done]) -> None:
    assert [name for name, process in done.items() if not process.state["loaded"]] == ["preprocess"]


def test_every_step_asks_for_onednn_before_tensorflow_is_loaded(done: dict[str, Done]) -> None:
    settings = {
        name: process.state["environment"].get("TF_ENABLE_ONEDNN_OPTS")
        for name, process in done.items()
        if process.state["loaded"]
    }
    assert settings == dict.fromkeys(settings, "1")


def test_every_step_that_embeds_does_so_in_float32(done: dict[str, Done]) -> None:
    assert {name: done[name].state["float32"] for name in EMBEDDING} == dict.fromkeys(
        EMBEDDING, True
    )


def test_every_step_but_preprocess_says_once_that_it_loads_tensorflow(
    done: dict[str, Done],
) -> None:
    said = {name: process.lines.count("loading TensorFlow …") for name, process in done.items()}
    assert said == dict.fromkeys(done, 1) | {"preprocess": 0}


def test_the_compiled_task_freezes_as_the_command_line_does_be_keras_told_to_run_on_jax(
    folder: Path, raw_folder: Path, done: dict[str, Done]
) -> None:
    pytest.importorskip("jax")
    names = ("prepared", "split", "embedder", "evaluation")
    inputs = {"raw": str(raw_folder), **{name: str(folder / name) for name in names}}
    on_jax = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    ended = run_compiled(folder, "freeze", {"parity_images": 2}, inputs, **on_jax)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (folder / "compiled-freeze" / "frozen" / "manifest.json").is_file()
    setting = done["freeze"].state["environment"]["TF_ENABLE_ONEDNN_OPTS"]
    assert f"oneDNN {setting}" in ended.stdout.splitlines()


def test_the_compiled_task_refuses_bad_input_in_one_line_with_exit_code_2(tmp_path: Path) -> None:
    """A claim that cannot be written to is said before the images, which are missing here, and
    before TensorFlow is loaded.
    """
    (tmp_path / "claim").write_text("")  # no folder, so that no user can write below it
    (tmp_path / "split").mkdir()
    (tmp_path / "split" / "params.json").write_text("{}")
    inputs = {name: str(tmp_path / name) for name in ("prepared", "split")}
    ended = run_compiled(
        tmp_path, "train", TRAIN, inputs, CHECKPOINT_DIR=str(tmp_path / "claim" / "checkpoints")
    )
    assert ended.returncode == 2
    output = ended.stdout + ended.stderr
    (line,) = [line for line in output.splitlines() if line.startswith("error: ")]
    assert f"user {os.geteuid()} cannot write checkpoints there" in line
    assert "Traceback" not in output
    assert "oneDNN" not in output
