"""The pipelines that compare and that train anew, compiled: what flows where, and that all of it is
placed alike.
"""

from typing import Any

import pytest

from pipelines import sections
from tests.pipelines.kubeflow.test_training_pipeline import (
    FLOW,
    IMAGE,
    PARAMS,
    Compiled,
    compile_to,
    containers,
)

GRID = ["train.mining=hard,all", "split.fold=0,1"]
BRANCH = {"split", "train", "evaluate"}


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> list[Compiled]:
    out = tmp_path_factory.mktemp("compiled") / "compare.yaml"
    return compile_to(out, "compare", "-S", "split.folds=2", "--grid", *GRID)


@pytest.fixture(scope="module")
def retraining(tmp_path_factory: pytest.TempPathFactory) -> list[Compiled]:
    return compile_to(
        tmp_path_factory.mktemp("compiled") / "retrain.yaml", "retrain", "--model", "signatures"
    )


def tasks(dag: Compiled) -> dict[str, Any]:
    found: dict[str, Any] = dag["dag"]["tasks"]
    return found


def sources(task: Compiled) -> dict[str, tuple[str, str]]:
    """Which output of which task each artifact is."""
    produced = {
        name: one["taskOutputArtifact"] for name, one in task["inputs"]["artifacts"].items()
    }
    return {name: (one["producerTask"], one["outputArtifactKey"]) for name, one in produced.items()}


def test_every_combination_is_a_branch_of_its_own(comparison: list[Compiled]) -> None:
    compiled = comparison[0]
    assert compiled["root"]["inputDefinitions"]["parameters"]["settings"]["defaultValue"] == [
        [f"train.mining={mining}", f"split.fold={fold}"]
        for mining in ("hard", "all")
        for fold in (0, 1)
    ]
    loop = tasks(compiled["root"])["for-loop-1"]
    items = loop["parameterIterator"]["items"]["inputParameter"]
    assert loop["inputs"]["parameters"][items]["taskOutputParameter"]["producerTask"] == "plan"
    branch = tasks(compiled["components"]["comp-for-loop-1"])
    assert set(branch) == BRANCH
    for name, task in branch.items():
        given = task["inputs"]["parameters"]["params"]
        assert given["parameterExpressionSelector"] == f'parseJson(string_value)["{name}"]'


def test_settings_are_checked_before_data_are_brought_in(comparison: list[Compiled]) -> None:
    assert tasks(comparison[0]["root"])["ingest"]["dependentTasks"] == ["plan"]


def test_only_the_best_is_measured_on_test_and_shipped(comparison: list[Compiled]) -> None:
    root = tasks(comparison[0]["root"])
    assert set(root) == {
        "plan",
        "ingest",
        "preprocess",
        "for-loop-1",
        "choose",
        "evaluate-2",
        "freeze",
    }
    assert {producer for producer, _ in sources(root["choose"]).values()} == {"for-loop-1"}
    assert sources(root["evaluate-2"]) == {
        "prepared": ("preprocess", "prepared"),
        "split": ("choose", "split"),
        "embedder": ("choose", "embedder"),
    }
    assert root["evaluate-2"]["inputs"]["parameters"]["params"] == {
        "componentInputParameter": "evaluate"
    }
    assert sources(root["freeze"]) == {
        "raw": ("ingest", "raw"),
        "embedder": ("choose", "embedder"),
        "evaluation": ("evaluate-2", "evaluation"),
    }


def test_a_branch_gets_what_it_may_use_from_the_pipelines_arguments(
    comparison: list[Compiled],
) -> None:
    compiled, platform = comparison
    loop = compiled["components"]["comp-for-loop-1"]
    passed = {
        f"pipelinechannel--{name}" for step in BRANCH for name in (f"{step}_cpu", f"{step}_memory")
    }
    train = ("accelerator", "accelerator_count", "node_selector", "tolerations")
    passed |= {f"pipelinechannel--train_{name}" for name in train} | {"pipelinechannel--secret"}
    assert passed <= set(loop["inputDefinitions"]["parameters"])
    executors = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    told = executors["exec-train"]
    assert told["nodeSelector"] == {
        "nodeSelectorJson": {"componentInputParameter": "pipelinechannel--train_node_selector"}
    }
    assert {
        one["secretNameParameter"]["componentInputParameter"] for one in told["secretAsEnv"]
    } == {"pipelinechannel--secret"}
    given = tasks(loop)["train"]["inputs"]["parameters"]
    assert given["pipelinechannel--train_memory"] == {
        "componentInputParameter": "pipelinechannel--train_memory"
    }


def test_all_tasks_run_in_the_image_and_none_as_root(
    comparison: list[Compiled], retraining: list[Compiled]
) -> None:
    for compiled, platform in (comparison, retraining):
        assert {container["image"] for container in containers(compiled).values()} == {IMAGE}
        executors = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
        assert set(executors) == set(compiled["deploymentSpec"]["executors"])
        assert all(told["securityContext"]["runAsNonRoot"] for told in executors.values())
        assert all(told["secretAsEnv"] for told in executors.values())


def test_training_anew_is_the_whole_pipeline_and_a_promotion(retraining: list[Compiled]) -> None:
    root = tasks(retraining[0]["root"])
    assert set(root) == {*FLOW, "promote"}
    assert {name: sources(root[name]) for name, inputs in FLOW.items() if inputs} == {
        name: inputs for name, inputs in FLOW.items() if inputs
    }
    assert sources(root["promote"]) == {
        "raw": ("ingest", "raw"),
        "prepared": ("preprocess", "prepared"),
        "split": ("split", "split"),
        "frozen": ("freeze", "frozen"),
    }
    given = root["promote"]["inputs"]["parameters"]
    assert given["model"] == {"componentInputParameter": "model"}
    assert (
        retraining[0]["root"]["inputDefinitions"]["parameters"]["model"]["defaultValue"]
        == "signatures"
    )


def test_who_is_champion_is_never_taken_from_the_cache(retraining: list[Compiled]) -> None:
    assert "enableCache" not in tasks(retraining[0]["root"])["promote"].get("cachingOptions", {})


def test_both_take_the_same_arguments_beside_their_own(
    comparison: list[Compiled], retraining: list[Compiled]
) -> None:
    compare, retrain = (
        set(one[0]["root"]["inputDefinitions"]["parameters"]) for one in (comparison, retraining)
    )
    assert compare - {"settings"} == retrain - {"model"}
    assert set(sections.read(PARAMS)) < compare
