"""Arguments and tasks that all pipelines have: sections of params.yaml, resources of the tasks, and
the data, which come from the cache where the source holds what it held before.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from kfp import local
from kfp.dsl import Dataset

from components.ingest.params import SampleParams
from components.ingest.sample.generate import generate
from components.shared.runtime.errors import InputError
from components.shared.storage.files import code_root
from pipelines import sections
from pipelines.kubeflow import cluster, definition, tasks
from tests.pipelines.deploy.conftest import service
from tests.pipelines.kubeflow import compiled as read
from tests.pipelines.kubeflow.compiled import CLUSTER, FLOW, LIKE, PARAMS, compile_to, containers


def test_each_section_is_an_argument_with_the_values_of_the_parameter_file(
    compiled: dict[str, Any],
) -> None:
    inputs = compiled["root"]["inputDefinitions"]["parameters"]
    expected = sections.override(sections.read(PARAMS), ["train.steps=7"])
    assert {name: inputs[name]["defaultValue"] for name in sections.STEPS} == expected
    assert inputs["train"]["defaultValue"]["steps"] == 7
    for name, task in compiled["root"]["dag"]["tasks"].items():
        given = task["inputs"]["parameters"]
        if name == "check-parts":
            for section in ("train", "evaluate"):
                assert given[section] == {"componentInputParameter": section}
        else:
            section = LIKE.get(name, name)
            assert given["params"] == {"componentInputParameter": section}


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
            "resourceCpuLimit": argument(f"{LIKE.get(name, name)}_cpu"),
            "resourceMemoryLimit": argument(f"{LIKE.get(name, name)}_memory"),
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


@pytest.fixture
def deploying(tmp_path: Path) -> list[str]:
    """The options that switch the task `deploy` on."""
    path = tmp_path / "rendered.yaml"
    path.write_text(yaml.safe_dump(service()))
    return ["-S", f"cluster.deploy={path}", "-S", "freeze.publish=s3://models/signatures"]


@pytest.mark.parametrize("pipeline", [[], ["compare"]])
def test_where_the_cluster_says_so_what_freeze_shipped_is_deployed_at_last(
    pipeline: list[str], deploying: list[str], tmp_path: Path
) -> None:
    document, platform = compile_to(tmp_path / "pipeline.yaml", *pipeline, *deploying)
    task = read.tasks(document["root"])["deploy"]
    assert read.sources(task) == {"raw": ("ingest", "raw"), "frozen": ("freeze", "frozen")}
    manifests = document["root"]["inputDefinitions"]["parameters"]["manifests"]
    assert yaml.safe_load(manifests["defaultValue"])["items"] == [service()]
    given = task["inputs"]["parameters"]
    assert given["manifests"] == {"componentInputParameter": "manifests"}
    assert given["params"] == {"componentInputParameter": "freeze"}
    assert "enableCache" not in task.get("cachingOptions", {})
    assert read.executors(platform)["deploy"]["securityContext"]["runAsNonRoot"]


@pytest.mark.parametrize("field", ["data", "stringData"])
def test_a_secret_value_never_becomes_an_argument_of_a_run(field: str, tmp_path: Path) -> None:
    metadata = {"name": "keys", "namespace": "bank"}
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        field: {"key": "aHVzaA=="},
    }
    path = tmp_path / "rendered.yaml"
    path.write_text(yaml.safe_dump_all([service(), secret]))
    deploying = cluster.LOCAL.model_copy(update={"deploy": str(path)})
    with pytest.raises(InputError, match=r"Secret keys .* create it on the cluster") as refused:
        definition.arguments(sections.read(PARAMS), deploying)
    assert "aHVzaA==" not in str(refused.value)


def test_a_retrained_model_is_deployed_where_it_is_champion(
    deploying: list[str], tmp_path: Path
) -> None:
    document, _ = compile_to(tmp_path / "pipeline.yaml", "retrain", *deploying)
    root = read.tasks(document["root"])
    assert "deploy" not in root
    condition = root["condition-1"]
    name = "pipelinechannel--promote-Output"
    told = {"producerTask": "promote", "outputParameterKey": "Output"}
    assert condition["inputs"]["parameters"][name] == {"taskOutputParameter": told}
    question = f"inputs.parameter_values['{name}'] == 'champion'"
    assert condition["triggerPolicy"] == {"condition": question}
    inside = document["components"][condition["componentRef"]["name"]]
    assert set(read.tasks(inside)) == {"deploy"}


@pytest.mark.parametrize("pipeline", ["signature", "compare", "retrain"])
def test_nothing_is_deployed_unless_the_cluster_says_so(pipeline: str, tmp_path: Path) -> None:
    document, _ = compile_to(tmp_path / "pipeline.yaml", pipeline)
    assert "deploy" not in containers(document)
    assert "manifests" not in document["root"]["inputDefinitions"]["parameters"]


class Prepared(NamedTuple):
    raw: Dataset
    prepared: Dataset


def build_preparation(params: Mapping[str, Any]) -> Any:
    """Builds a pipeline of ingest and preprocess."""

    def flow(channels: Mapping[str, Any]) -> Prepared:
        task = definition.TaskFactory("python", cluster.LOCAL, channels)
        raw = task.ingest().outputs["raw"]
        prepared = task(tasks.preprocess, params=channels["preprocess"], raw=raw)
        return Prepared(raw, prepared.outputs["prepared"])

    arguments = definition.arguments(params, cluster.LOCAL)
    return definition.define("preparation", "Brings and prepares.", arguments, Prepared, flow)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*have no effect")
def test_data_that_did_not_change_come_from_the_cache_and_changed_ones_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(code_root()))
    source = tmp_path / "images"
    params = sections.override(sections.read(PARAMS), [f"ingest.source={source}"])
    runner = local.SubprocessRunner(use_venv=False)
    local.init(runner, pipeline_root=str(tmp_path / "root"), enable_caching=True)
    pipeline = build_preparation(params)
    generate(SampleParams(identities=2, genuine=2, forgeries=0), source)
    first = pipeline().outputs
    for task in ("ingest", "preprocess"):  # KFP's cache on one machine asks for a file of each
        (Path(first["raw"].uri).parents[1] / task / "metrics").touch()
    second = pipeline().outputs
    assert [second[name].uri for name in second] == [first[name].uri for name in first]
    generate(SampleParams(identities=2, genuine=2, forgeries=0, seed=1), source)
    changed = pipeline().outputs
    assert {changed[name].uri for name in changed}.isdisjoint(first[name].uri for name in first)
