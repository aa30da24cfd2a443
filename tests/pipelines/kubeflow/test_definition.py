"""Arguments that all pipelines have: sections of params.yaml, and resources of the tasks."""

from typing import Any

from pipelines import sections
from pipelines.kubeflow import cluster, definition
from tests.pipelines.kubeflow.compiled import CLUSTER, FLOW, PARAMS, containers


def test_each_section_is_an_argument_with_the_values_of_the_parameter_file(
    compiled: dict[str, Any],
) -> None:
    inputs = compiled["root"]["inputDefinitions"]["parameters"]
    expected = sections.override(sections.read(PARAMS), ["train.steps=7"])
    assert {name: inputs[name]["defaultValue"] for name in sections.STEPS} == expected
    assert inputs["train"]["defaultValue"]["steps"] == 7
    for name, task in compiled["root"]["dag"]["tasks"].items():
        assert task["inputs"]["parameters"]["params"] == {"componentInputParameter": name}


def test_the_resources_of_every_task_are_arguments(compiled: dict[str, Any]) -> None:
    argument = "{{{{$.inputs.parameters['pipelinechannel--{}']}}}}".format
    resources = {
        name: dict(container["resources"]) for name, container in containers(compiled).items()
    }
    assert resources["train"].pop("accelerator") == {
        "resourceType": argument("train_accelerator"),
        "resourceCount": argument("train_accelerator_count"),
    }
    assert resources == {
        name: {
            "resourceCpuLimit": argument(f"{name}_cpu"),
            "resourceMemoryLimit": argument(f"{name}_memory"),
        }
        for name in FLOW
    }


def test_resources_are_text_because_kubeflow_reads_a_number_as_nothing(
    compiled: dict[str, Any],
) -> None:
    inputs = compiled["root"]["inputDefinitions"]["parameters"]
    names = [
        name for name in inputs if name.endswith(("_cpu", "_memory")) or "_accelerator" in name
    ]
    assert len(names) == 14
    assert {inputs[name]["parameterType"] for name in names} == {"STRING"}
    assert inputs["train_accelerator_count"]["defaultValue"] == "0"
    assert inputs["train_memory"]["defaultValue"] == "8Gi"


def test_every_argument_is_described_on_kubeflows_page(compiled: dict[str, Any]) -> None:
    arguments = definition.arguments(sections.read(PARAMS), cluster.read(CLUSTER, []))
    inputs = compiled["root"]["inputDefinitions"]["parameters"]
    assert set(inputs) == set(arguments)
    for name, argument in arguments.items():
        assert inputs[name]["description"] == argument.description
        assert argument.description.endswith(".")
