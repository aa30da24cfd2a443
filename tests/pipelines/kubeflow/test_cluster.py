"""Settings of the tasks on a cluster: cache, tries, secrets, security, and the training's node."""

import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.shared.runtime.errors import InputError
from pipelines.kubeflow import cluster
from tests.pipelines.deploy.conftest import service
from tests.pipelines.kubeflow.compiled import (
    CLUSTER,
    FLOW,
    LIKE,
    Compiled,
    compile_to,
    containers,
    executors,
)


def test_only_the_look_at_the_source_is_never_taken_from_the_cache(
    compiled: dict[str, Any],
) -> None:
    tasks = compiled["root"]["dag"]["tasks"]
    cached = {name for name, task in tasks.items() if task["cachingOptions"].get("enableCache")}
    assert cached == set(tasks) - {"fingerprint"}


def test_what_a_step_may_use_is_among_its_inputs_which_the_cache_compares(
    compiled: dict[str, Any],
) -> None:
    for name, task in compiled["root"]["dag"]["tasks"].items():
        step = LIKE.get(name, name)
        resources = {f"pipelinechannel--{step}_cpu", f"pipelinechannel--{step}_memory"}
        assert resources <= set(task["inputs"]["parameters"])


@pytest.mark.parametrize("pipeline", ["signature", "retrain"])
def test_a_training_is_taken_from_the_cache_whatever_comes_after_it(
    pipeline: str, tmp_path: Path
) -> None:
    """The cache knows an artifact by its name, which is another where its task ran again."""
    document, _ = compile_to(tmp_path / "pipeline.yaml", pipeline)
    all_tasks = document["root"]["dag"]["tasks"]
    before, arguments = ["train"], set()
    for name in before:  # grows meanwhile
        inputs = all_tasks[name]["inputs"]
        arguments |= {one.get("componentInputParameter") for one in inputs["parameters"].values()}
        for artifact in inputs.get("artifacts", {}).values():
            before.append(artifact["taskOutputArtifact"]["producerTask"])
    assert set(before) == {"train", "split", "preprocess", "ingest"}
    assert all(all_tasks[name]["cachingOptions"]["enableCache"] for name in before)
    later = ("evaluate", "freeze", "model", "check")
    assert [name for name in filter(None, arguments) if name.startswith(later)] == []
    assert all_tasks["train"]["dependentTasks"] == ["check-parts", "preprocess", "split"]


def test_a_failed_task_is_tried_again_as_often_as_it_says(compiled: dict[str, Any]) -> None:
    tries = {
        name: task["retryPolicy"]["maxRetryCount"]
        for name, task in compiled["root"]["dag"]["tasks"].items()
        if "retryPolicy" in task
    }
    others = {"preprocess": 1, "train": 3, "evaluate": 1, "freeze": 1}
    assert tries == {"fingerprint": 3, "ingest": 3, **others}


@pytest.mark.parametrize("pipeline", ["signature", "compare", "retrain"])
def test_the_last_try_may_take_as_long_as_the_first(pipeline: str, tmp_path: Path) -> None:
    """Argo counts from the beginning of the first try, pauses included."""
    (tmp_path / "rendered.yaml").write_text(yaml.safe_dump(service()))
    deploying = f"cluster.deploy={tmp_path / 'rendered.yaml'}"
    published = "freeze.publish=s3://models/signatures"
    out = tmp_path / "pipeline.yaml"
    document, platform = compile_to(out, pipeline, "-S", deploying, "-S", published)
    placed, tried = executors(platform), set()
    dags = [document["root"], *document["components"].values()]
    for dag in (one["dag"] for one in dags if "dag" in one):
        for task in dag["tasks"].values():
            executor = task["componentRef"]["name"].removeprefix("comp-")
            if executor in placed:
                tried.add(executor)
                policy = task["retryPolicy"]
                count, pause = policy["maxRetryCount"], int(policy["backoffDuration"][:-1])
                pauses = sum(pause * policy["backoffFactor"] ** number for number in range(count))
                timeout = int(placed[executor]["activeDeadlineSeconds"])
                seconds = int(policy["backoffMaxDuration"].removesuffix("s"))
                assert seconds >= (count + 1) * timeout + pauses
    assert tried == set(placed)
    assert "deploy" in tried


def test_no_task_runs_as_root_or_for_ever(placed: dict[str, Compiled]) -> None:
    assert set(placed) == set(FLOW)
    for settings in placed.values():
        assert settings["securityContext"] == {
            "runAsUser": "10001",
            "runAsGroup": "10001",
            "runAsNonRoot": True,
        }
    limits = {name: int(settings["activeDeadlineSeconds"]) for name, settings in placed.items()}
    day, hour = 86400, 3600
    assert limits == dict.fromkeys(FLOW, 6 * hour) | {
        "split": hour,
        "check-parts": hour,
        "freeze": hour,
        "train": 2 * day,
    }


def test_every_task_takes_the_named_keys_from_a_secret_that_may_be_missing(
    placed: dict[str, Compiled],
) -> None:
    variables = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    for settings in placed.values():
        secrets = settings["secretAsEnv"]
        keys = itertools.chain.from_iterable(secret["keyToEnv"] for secret in secrets)
        assert {key["envVar"] for key in keys} == variables
        assert all(secret["optional"] for secret in secrets)
        names = [secret["secretNameParameter"] for secret in secrets]
        assert names == [{"componentInputParameter": "secret"}] * len(secrets)


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
    variables: dict[str, dict[str, str]] = {}
    for name, container in containers(compiled).items():
        variables[name] = {each["name"]: each["value"] for each in container["env"]}
    endpoint = {"AWS_ENDPOINT_URL": "https://s3.example"}
    assert variables.pop("train") == {**endpoint, "CHECKPOINT_DIR": "s3://bucket/checkpoints"}
    assert list(variables.values()) == [endpoint] * (len(FLOW) - 1)


def test_checkpoints_on_a_volume_claim_are_mounted(tmp_path: Path) -> None:
    first, second = compile_to(
        tmp_path / "claim.yaml", "-S", "cluster.checkpoints=checkpoints-claim"
    )
    (mount,) = executors(second)["train"]["pvcMount"]
    assert (mount["constant"], mount["mountPath"]) == ("checkpoints-claim", "/checkpoints")
    assert containers(first)["train"]["env"] == [
        {"name": "CHECKPOINT_DIR", "value": "/checkpoints"}
    ]


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("cluster.environment={AWS_SECRET_ACCESS_KEY: planted}", "put it in the secret"),
        (
            "cluster.environment={MLFLOW_TRACKING_URI: 'https://me:planted@mlflow.example'}",
            "put it in the secret",
        ),
        ("cluster.environment={AZURE_STORAGE_KEY: planted}", "put it in the secret"),
        ("cluster.environment={DB_PASSWD: planted}", "put it in the secret"),
        (
            "cluster.environment={OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic planted'}",
            "put it in the secret",
        ),
        (
            "cluster.environment={DATA: 'https://s3.example/x?X-Amz-Signature=planted'}",
            "put it in the secret",
        ),
        ("cluster.train.cpu=many", "cluster.train.cpu is 'many'"),
        ("cluster.train.memory=8GB", "cluster.train.memory is '8GB'"),
        ("cluster.ingest.cached=true", "unknown parameter cluster.ingest.cached"),
        ("cluster.train.memory_request=9Gi", "memory_request 9Gi is above memory 8Gi"),
        ("cluster.split.cpu_request=1500m", "cpu_request 1500m is above cpu 1"),
        ("cluster.train.tolerations=[{taint: gpu}]", "cluster.train.tolerations"),
        ("cluster.image_pull_policy=Sometimes", "cluster.image_pull_policy is 'Sometimes'"),
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


def test_variables_that_hold_no_secret_are_passed_on() -> None:
    harmless = {
        "AWS_ENDPOINT_URL": "https://s3.example:9000",
        "KERAS_BACKEND": "jax",
        "MLFLOW_TRACKING_URI": "https://mlflow.example",
        "PROGRESS": "quiet",
        "TF_ENABLE_ONEDNN_OPTS": "1",
    }
    assert cluster.read(CLUSTER, [f"cluster.environment={harmless}"]).environment == harmless


def test_a_variable_that_is_filled_twice_is_named() -> None:
    name = "MLFLOW_TRACKING_USERNAME"
    twice = [f"cluster.environment={{{name}: mine}}", f"cluster.secret_keys={{{name}: user}}"]
    place = "stands in cluster.environment and in cluster.secret_keys"
    with pytest.raises(InputError, match=f"{name} {place}"):
        cluster.read(CLUSTER, twice)


def test_cluster_yaml_says_what_the_code_says() -> None:
    assert cluster.read(CLUSTER, []) == cluster.Cluster()


def test_no_secret_is_declared_that_nobody_named(tmp_path: Path) -> None:
    _, platform = compile_to(tmp_path / "plain.yaml")
    assert not any("secretAsEnv" in settings for settings in executors(platform).values())
