"""Compiled pipelines, as tests read them."""

from pathlib import Path
from typing import Any

import yaml

from pipelines.__main__ import main

ROOT = Path(__file__).parents[3]
PARAMS = ROOT / "params.yaml"
CLUSTER = ROOT / "cluster.yaml"
IMAGE = "registry.example/signature-recognition:7"
FLOW: dict[str, dict[str, tuple[str, str]]] = {
    "fingerprint": {},
    "ingest": {},
    "preprocess": {"raw": ("ingest", "raw")},
    "split": {"prepared": ("preprocess", "prepared")},
    "check-parts": {"prepared": ("preprocess", "prepared"), "split": ("split", "split")},
    "train": {"prepared": ("preprocess", "prepared"), "split": ("split", "split")},
    "evaluate": {
        "prepared": ("preprocess", "prepared"),
        "split": ("split", "split"),
        "embedder": ("train", "embedder"),
    },
    "freeze": {
        "raw": ("ingest", "raw"),
        "prepared": ("preprocess", "prepared"),
        "split": ("split", "split"),
        "embedder": ("train", "embedder"),
        "evaluation": ("evaluate", "evaluation"),
    },
}

LIKE = {"fingerprint": "ingest", "check-parts": "split"}
"""The step whose section and resources a task has, where it is none itself."""

Compiled = dict[str, Any]


def compile_to(out: Path, *arguments: str) -> list[Compiled]:
    """Compiles a pipeline by the command and returns the documents of the file."""
    files = [
        "--params",
        str(PARAMS),
        "--cluster",
        str(CLUSTER),
        "--image",
        IMAGE,
        "--out",
        str(out),
    ]
    main(["compile", *files, *arguments])
    return list(yaml.safe_load_all(out.read_text()))


def containers(compiled: Compiled) -> dict[str, Compiled]:
    """Returns the container of each task, by its name."""
    executors = compiled["deploymentSpec"]["executors"]
    return {
        name.removeprefix("exec-"): executor["container"] for name, executor in executors.items()
    }


def executors(document: Compiled) -> dict[str, Compiled]:
    """Returns the Kubernetes settings of each task, by its name."""
    settings = document["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    return {name.removeprefix("exec-"): executor for name, executor in settings.items()}


def tasks(dag: Compiled) -> dict[str, Any]:
    """Returns the tasks of a pipeline's root or of a loop."""
    result: dict[str, Any] = dag["dag"]["tasks"]
    return result


def sources(task: Compiled) -> dict[str, tuple[str, str]]:
    """Returns the task and the output that each input artifact comes from."""
    result = {}
    for name, artifact in task["inputs"].get("artifacts", {}).items():
        output = artifact["taskOutputArtifact"]
        result[name] = (output["producerTask"], output["outputArtifactKey"])
    return result
