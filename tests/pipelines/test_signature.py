"""The compiled pipeline: its tasks, what flows between them, its arguments, resources and images."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines import sections
from pipelines.__main__ import main

PARAMS = Path(__file__).parents[2] / "params.yaml"
IMAGE = "registry.example/signature-recognition:7"

FLOW = {
    "ingest": {},
    "preprocess": {"raw": ("ingest", "raw")},
    "split": {"prepared": ("preprocess", "prepared")},
    "train": {"prepared": ("preprocess", "prepared"), "split": ("split", "split")},
    "evaluate": {
        "prepared": ("preprocess", "prepared"),
        "split": ("split", "split"),
        "embedder": ("train", "embedder"),
    },
    "freeze": {
        "raw": ("ingest", "raw"),
        "embedder": ("train", "embedder"),
        "evaluation": ("evaluate", "evaluation"),
    },
}
OUTPUTS = {
    "ingest": {"raw": "Dataset", "metrics": "Metrics"},
    "preprocess": {"prepared": "Dataset", "metrics": "Metrics"},
    "split": {"split": "Dataset", "metrics": "Metrics"},
    "train": {"embedder": "Model", "metrics": "Metrics"},
    "evaluate": {
        "evaluation": "Artifact",
        "metrics": "Metrics",
        "roc": "ClassificationMetrics",
        "report": "HTML",
    },
    "freeze": {"frozen": "Model", "metrics": "Metrics"},
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("compiled") / "build" / "signature.yaml"
    main(["compile", "--params", str(PARAMS), "--image", IMAGE, "--out", str(out), "-S", "train.steps=7"])
    content: dict[str, Any] = yaml.safe_load(out.read_text())
    return content


def test_the_tasks_are_the_steps_and_artifacts_flow_one_way(compiled: dict[str, Any]) -> None:
    flow = {
        name: {
            artifact: (source["taskOutputArtifact"]["producerTask"], source["taskOutputArtifact"]["outputArtifactKey"])
            for artifact, source in task["inputs"].get("artifacts", {}).items()
        }
        for name, task in compiled["root"]["dag"]["tasks"].items()
    }
    assert flow == FLOW


def test_what_a_task_gives_has_its_type(compiled: dict[str, Any]) -> None:
    types = {
        name.removeprefix("comp-"): {
            artifact: declared["artifactType"]["schemaTitle"].removeprefix("system.")
            for artifact, declared in component["outputDefinitions"]["artifacts"].items()
        }
        for name, component in compiled["components"].items()
    }
    assert types == OUTPUTS


def test_each_section_is_an_argument_with_the_values_of_the_parameter_file(compiled: dict[str, Any]) -> None:
    inputs = compiled["root"]["inputDefinitions"]["parameters"]
    expected = sections.override(sections.read(PARAMS), ["train.steps=7"])
    assert {name: inputs[name]["defaultValue"] for name in sections.STEPS} == expected
    assert inputs["train"]["defaultValue"]["steps"] == 7
    for name, task in compiled["root"]["dag"]["tasks"].items():
        assert task["inputs"]["parameters"]["params"] == {"componentInputParameter": name}


def test_the_resources_of_train_alone_are_arguments(compiled: dict[str, Any]) -> None:
    executors = compiled["deploymentSpec"]["executors"]
    resources = {name: executor["container"].get("resources") for name, executor in executors.items()}
    argument = "{{{{$.inputs.parameters['pipelinechannel--{}']}}}}".format
    assert resources.pop("exec-train") == {
        "resourceCpuLimit": argument("train_cpu"),
        "resourceMemoryLimit": argument("train_memory"),
        "accelerator": {
            "resourceType": argument("train_accelerator"),
            "resourceCount": argument("train_accelerator_count"),
        },
    }
    assert set(resources.values()) == {None}


def test_resources_are_text_because_kubeflow_reads_a_number_as_nothing(compiled: dict[str, Any]) -> None:
    inputs = compiled["root"]["inputDefinitions"]["parameters"]
    resources = [name for name in inputs if name.startswith("train_")]
    assert len(resources) == 4
    assert {inputs[name]["parameterType"] for name in resources} == {"STRING"}
    assert inputs["train_accelerator_count"]["defaultValue"] == "0"


def test_the_image_is_that_of_every_task_and_nothing_is_installed_at_run_time(compiled: dict[str, Any]) -> None:
    containers = [executor["container"] for executor in compiled["deploymentSpec"]["executors"].values()]
    assert [container["image"] for container in containers] == [IMAGE] * 6
    assert not any("pip" in " ".join(container["command"]).split() for container in containers)


def test_only_ingest_is_never_taken_from_the_cache(compiled: dict[str, Any]) -> None:
    tasks = compiled["root"]["dag"]["tasks"]
    cached = {name for name, task in tasks.items() if task["cachingOptions"].get("enableCache")}
    assert cached == set(FLOW) - {"ingest"}
