"""The compiled retraining pipeline: the whole pipeline, and a promotion."""

import pytest

from components.shared.runtime.errors import InputError
from pipelines import sections
from pipelines.kubeflow import retraining_pipeline
from pipelines.kubeflow.cluster import LOCAL
from tests.pipelines.kubeflow.compiled import (
    FLOW,
    IMAGE,
    PARAMS,
    Compiled,
    compile_to,
    containers,
    executors,
    sources,
    tasks,
)


@pytest.fixture(scope="module")
def retraining(tmp_path_factory: pytest.TempPathFactory) -> list[Compiled]:
    return compile_to(
        tmp_path_factory.mktemp("compiled") / "retrain.yaml", "retrain", "--model", "signatures"
    )


def test_training_anew_is_the_whole_pipeline_and_a_promotion(retraining: list[Compiled]) -> None:
    root = tasks(retraining[0]["root"])
    assert set(root) == {*FLOW, "ask-registry", "promote"}
    assert {name: sources(root[name]) for name, inputs in FLOW.items() if inputs} == {
        name: inputs for name, inputs in FLOW.items() if inputs
    }
    assert sources(root["promote"]) == {
        "raw": ("ingest", "raw"),
        "prepared": ("preprocess", "prepared"),
        "split": ("split", "split"),
        "frozen": ("freeze", "frozen"),
    }
    inputs = root["promote"]["inputs"]["parameters"]
    assert inputs["model"] == {"componentInputParameter": "model"}
    assert (
        retraining[0]["root"]["inputDefinitions"]["parameters"]["model"]["defaultValue"]
        == "signatures"
    )


def test_the_registry_is_asked_before_anything_else(retraining: list[Compiled]) -> None:
    root = tasks(retraining[0]["root"])
    first = [name for name, task in root.items() if not task.get("dependentTasks")]
    assert first == ["ask-registry"]
    assert "enableCache" not in root["ask-registry"].get("cachingOptions", {})


def test_who_is_champion_is_never_taken_from_the_cache(retraining: list[Compiled]) -> None:
    assert "enableCache" not in tasks(retraining[0]["root"])["promote"].get("cachingOptions", {})


def test_all_tasks_run_in_the_image_and_none_as_root(retraining: list[Compiled]) -> None:
    compiled, platform = retraining
    assert {container["image"] for container in containers(compiled).values()} == {IMAGE}
    assert set(executors(platform)) == set(containers(compiled))
    for settings in executors(platform).values():
        assert settings["securityContext"]["runAsNonRoot"]


def test_it_takes_the_arguments_of_the_training_pipeline_and_the_model(
    compiled: Compiled, retraining: list[Compiled]
) -> None:
    arguments = set(retraining[0]["root"]["inputDefinitions"]["parameters"])
    assert arguments - {"model"} == set(compiled["root"]["inputDefinitions"]["parameters"])
    assert set(sections.read(PARAMS)) < arguments


@pytest.mark.parametrize("model", ["", " ", "models/signatures", "signatures:1"])
def test_a_name_that_mlflow_refuses_is_refused_before_anything_runs(model: str) -> None:
    with pytest.raises(InputError, match="the name of a registered model is not empty"):
        retraining_pipeline.build(IMAGE, sections.read(PARAMS), LOCAL, model)
