"""The compiled pipeline: its tasks, what flows between them, its arguments, resources, secrets and
security.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.shared.runtime.errors import InputError
from pipelines import sections
from pipelines.__main__ import main
from pipelines.kubeflow import cluster

ROOT = Path(__file__).parents[3]
PARAMS = ROOT / "params.yaml"
CLUSTER = ROOT / "cluster.yaml"
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


Compiled = dict[str, Any]


def compile_to(out: Path, *arguments: str) -> list[Compiled]:
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


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[Compiled]:
    """What a cluster is given where the training's checkpoints go to an object store."""
    settings = (
        "train.steps=7",
        "cluster.checkpoints=s3://bucket/checkpoints",
        "cluster.split.retries=0",
    )
    variables = "cluster.environment={AWS_ENDPOINT_URL: 'https://s3.example'}"
    arguments = [part for setting in (*settings, variables) for part in ("-S", setting)]
    return compile_to(tmp_path_factory.mktemp("compiled") / "build" / "signature.yaml", *arguments)


@pytest.fixture(scope="module")
def compiled(documents: list[Compiled]) -> Compiled:
    return documents[0]


@pytest.fixture(scope="module")
def placed(documents: list[Compiled]) -> dict[str, Compiled]:
    """What Kubernetes is told of each task."""
    executors = documents[1]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    return {name.removeprefix("exec-"): told for name, told in executors.items()}


def containers(compiled: Compiled) -> dict[str, Compiled]:
    executors = compiled["deploymentSpec"]["executors"]
    return {
        name.removeprefix("exec-"): executor["container"] for name, executor in executors.items()
    }


def test_the_tasks_are_the_steps_and_artifacts_flow_one_way(compiled: dict[str, Any]) -> None:
    flow = {
        name: {
            artifact: (
                source["taskOutputArtifact"]["producerTask"],
                source["taskOutputArtifact"]["outputArtifactKey"],
            )
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
    found = {name: dict(container["resources"]) for name, container in containers(compiled).items()}
    assert found["train"].pop("accelerator") == {
        "resourceType": argument("train_accelerator"),
        "resourceCount": argument("train_accelerator_count"),
    }
    assert found == {
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
    resources = [
        name for name in inputs if name.endswith(("_cpu", "_memory")) or "_accelerator" in name
    ]
    assert len(resources) == 14
    assert {inputs[name]["parameterType"] for name in resources} == {"STRING"}
    assert inputs["train_accelerator_count"]["defaultValue"] == "0"
    assert inputs["train_memory"]["defaultValue"] == "8Gi"


def test_the_source_is_an_argument_that_wins_over_its_section(compiled: dict[str, Any]) -> None:
    assert compiled["root"]["inputDefinitions"]["parameters"]["source"]["defaultValue"] == ""
    given = compiled["root"]["dag"]["tasks"]["ingest"]["inputs"]["parameters"]
    assert given["source"] == {"componentInputParameter": "source"}


def test_the_image_is_that_of_every_task_and_nothing_is_installed_at_run_time(
    compiled: dict[str, Any],
) -> None:
    found = containers(compiled).values()
    assert [container["image"] for container in found] == [IMAGE] * 6
    assert not any("pip" in " ".join(container["command"]).split() for container in found)


def test_only_ingest_is_never_taken_from_the_cache(compiled: dict[str, Any]) -> None:
    tasks = compiled["root"]["dag"]["tasks"]
    cached = {name for name, task in tasks.items() if task["cachingOptions"].get("enableCache")}
    assert cached == set(FLOW) - {"ingest"}


def test_a_failed_task_is_tried_again_as_often_as_it_says(compiled: dict[str, Any]) -> None:
    tries = {
        name: task["retryPolicy"]["maxRetryCount"]
        for name, task in compiled["root"]["dag"]["tasks"].items()
        if "retryPolicy" in task
    }
    assert tries == {"ingest": 3, "preprocess": 1, "train": 3, "evaluate": 1, "freeze": 1}


def test_no_task_runs_as_root_or_for_ever(placed: dict[str, Compiled]) -> None:
    assert set(placed) == set(FLOW)
    for told in placed.values():
        assert told["securityContext"] == {
            "runAsUser": "10001",
            "runAsGroup": "10001",
            "runAsNonRoot": True,
        }
    limits = {name: int(told["activeDeadlineSeconds"]) for name, told in placed.items()}
    day, hour = 86400, 3600
    assert limits == dict.fromkeys(FLOW, 6 * hour) | {
        "split": hour,
        "freeze": hour,
        "train": 2 * day,
    }


def test_every_task_takes_the_stores_keys_from_a_secret_that_may_be_missing(
    placed: dict[str, Compiled],
) -> None:
    variables = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} | {
        f"MLFLOW_TRACKING_{what}" for what in ("USERNAME", "PASSWORD", "TOKEN")
    }
    for told in placed.values():
        given = told["secretAsEnv"]
        assert {key["envVar"] for one in given for key in one["keyToEnv"]} == variables
        assert all(one["optional"] for one in given)
        assert all(
            one["secretNameParameter"] == {"componentInputParameter": "secret"} for one in given
        )


def test_train_alone_has_nodes_shared_memory_and_a_place_for_checkpoints(
    compiled: dict[str, Any], placed: dict[str, Compiled]
) -> None:
    train = placed["train"]
    assert train["nodeSelector"] == {
        "nodeSelectorJson": {"componentInputParameter": "train_node_selector"}
    }
    assert train["tolerations"] == [
        {"tolerationJson": {"componentInputParameter": "train_tolerations"}}
    ]
    assert train["emptyDirMounts"] == [
        {"volumeName": "shm", "mountPath": "/dev/shm", "medium": "Memory", "sizeLimit": "2Gi"}
    ]
    for name in set(FLOW) - {"train"}:
        assert {"nodeSelector", "tolerations", "emptyDirMounts"}.isdisjoint(placed[name])
    variables = {
        name: {v["name"]: v["value"] for v in c["env"]} for name, c in containers(compiled).items()
    }
    endpoint = {"AWS_ENDPOINT_URL": "https://s3.example"}
    assert variables.pop("train") == {**endpoint, "CHECKPOINT_DIR": "s3://bucket/checkpoints"}
    assert list(variables.values()) == [endpoint] * 5


def test_checkpoints_on_a_volume_claim_are_mounted(tmp_path: Path) -> None:
    first, second = compile_to(
        tmp_path / "claim.yaml", "-S", "cluster.checkpoints=checkpoints-claim"
    )
    told = second["platforms"]["kubernetes"]["deploymentSpec"]["executors"]["exec-train"]
    (mount,) = told["pvcMount"]
    assert (mount["constant"], mount["mountPath"]) == ("checkpoints-claim", "/checkpoints")
    assert containers(first)["train"]["env"] == [
        {"name": "CHECKPOINT_DIR", "value": "/checkpoints"}
    ]


def test_manifests_are_a_pipeline_and_a_version_named_after_its_content(tmp_path: Path) -> None:
    arguments = ["--kubernetes-manifests", "--namespace", "team"]
    pipeline, version = compile_to(tmp_path / "a.yaml", *arguments)
    _, same = compile_to(tmp_path / "b.yaml", *arguments)
    _, other = compile_to(tmp_path / "c.yaml", *arguments, "-S", "train.steps=8")
    assert (pipeline["kind"], version["kind"]) == ("Pipeline", "PipelineVersion")
    assert pipeline["metadata"] == {"name": "signature-recognition", "namespace": "team"}
    assert version["spec"]["pipelineName"] == "signature-recognition"
    assert set(
        version["spec"]["platformSpec"]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    ) == {f"exec-{name}" for name in FLOW}
    assert version["metadata"]["name"] == same["metadata"]["name"] != other["metadata"]["name"]


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("cluster.environment={AWS_SECRET_ACCESS_KEY: planted}", "put it in the secret"),
        (
            "cluster.environment={MLFLOW_TRACKING_URI: 'https://me:planted@mlflow.example'}",
            "put it in the secret",
        ),
        ("cluster.train.cpu=many", "cluster.train.cpu is 'many'"),
        ("cluster.train.memory=8GB", "cluster.train.memory is '8GB'"),
        ("cluster.ingest.cache=true", "unknown parameter cluster.ingest.cache"),
        ("cluster.user=0", "cluster.user is 0"),
        ("cluster.checkpoints=/data", "cluster.checkpoints is '/data'"),
    ],
)
def test_what_a_cluster_would_refuse_or_all_could_read_is_refused_here(
    assignment: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as refused:
        cluster.read(CLUSTER, [assignment])
    assert "planted" not in str(refused.value)


def test_cluster_yaml_says_what_the_code_says_but_for_the_secrets_keys() -> None:
    assert cluster.read(CLUSTER, []).model_copy(update={"secret_keys": {}}) == cluster.Cluster()
