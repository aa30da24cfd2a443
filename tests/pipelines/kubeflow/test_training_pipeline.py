"""The compiled training pipeline: its tasks, and the artifacts that flow between them."""

from pathlib import Path
from typing import Any

from tests.pipelines.kubeflow.compiled import FLOW, IMAGE, compile_to, containers, sources, tasks

OUTPUTS: dict[str, dict[str, str]] = {
    "fingerprint": {},
    "ingest": {"raw": "Dataset", "metrics": "Metrics"},
    "preprocess": {"prepared": "Dataset", "metrics": "Metrics"},
    "split": {"split": "Dataset", "metrics": "Metrics"},
    "check-parts": {},
    "train": {"embedder": "Model", "metrics": "Metrics"},
    "evaluate": {
        "evaluation": "Artifact",
        "metrics": "Metrics",
        "roc": "ClassificationMetrics",
        "report": "HTML",
    },
    "freeze": {"frozen": "Model", "metrics": "Metrics"},
}


def test_the_tasks_are_the_steps_and_artifacts_flow_one_way(compiled: dict[str, Any]) -> None:
    flow = {name: sources(task) for name, task in tasks(compiled["root"]).items()}
    assert flow == FLOW


def test_what_a_task_gives_has_its_type(compiled: dict[str, Any]) -> None:
    types: dict[str, dict[str, str]] = {}
    for name, component in compiled["components"].items():
        outputs = types.setdefault(name.removeprefix("comp-"), {})
        definitions = component.get("outputDefinitions", {}).get("artifacts", {})
        for artifact, definition in definitions.items():
            schema = definition["artifactType"]["schemaTitle"]
            outputs[artifact] = schema.removeprefix("system.")
    assert types == OUTPUTS


def test_the_source_is_an_argument_that_wins_over_its_section(compiled: dict[str, Any]) -> None:
    assert compiled["root"]["inputDefinitions"]["parameters"]["source"]["defaultValue"] == ""
    inputs = compiled["root"]["dag"]["tasks"]["ingest"]["inputs"]["parameters"]
    assert inputs["source"] == {"componentInputParameter": "source"}


def test_ingest_is_told_what_the_source_holds(compiled: dict[str, Any]) -> None:
    told = tasks(compiled["root"])["ingest"]["inputs"]["parameters"]["fingerprint"]
    output = {"producerTask": "fingerprint", "outputParameterKey": "Output"}
    assert told == {"taskOutputParameter": output}


def test_the_image_is_that_of_every_task_and_nothing_is_installed_at_run_time(
    compiled: dict[str, Any],
) -> None:
    images = containers(compiled).values()
    assert [container["image"] for container in images] == [IMAGE] * len(FLOW)
    assert not any("pip" in " ".join(container["command"]).split() for container in images)


def test_a_list_of_collections_travels_in_its_section(tmp_path: Path) -> None:
    listed = "ingest.source=[{name: a, source: s3://b/a}, {name: b, source: s3://b/b}]"
    document, _ = compile_to(tmp_path / "pipeline.yaml", "-S", listed)
    arguments = document["root"]["inputDefinitions"]["parameters"]
    assert arguments["ingest"]["defaultValue"]["source"] == [
        {"name": "a", "source": "s3://b/a"},
        {"name": "b", "source": "s3://b/b"},
    ]
