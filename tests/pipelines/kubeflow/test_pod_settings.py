"""Settings of pods in a compiled pipeline: image, labels, requests and nodes."""

import pytest

from tests.pipelines.kubeflow.compiled import FLOW, Compiled, compile_to, containers, executors

SETTINGS = (
    "cluster.image_pull_secret=registry-key",
    "cluster.image_pull_policy=Always",
    "cluster.labels={team: forensics}",
    "cluster.annotations={sidecar.istio.io/inject: 'false'}",
    "cluster.train.cpu_request=500m",
    "cluster.train.memory_request=2Gi",
    "cluster.evaluate.node_selector={pool: large}",
    "cluster.evaluate.tolerations=[{key: spot, operator: Exists, effect: NoExecute, "
    "tolerationSeconds: 60}]",
)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[Compiled]:
    options: list[str] = []
    for setting in SETTINGS:
        options += ["-S", setting]
    return compile_to(tmp_path_factory.mktemp("compiled") / "signature.yaml", *options)


def test_every_pod_is_pulled_and_labelled_alike(documents: list[Compiled]) -> None:
    placed = executors(documents[1])
    assert set(placed) >= set(FLOW)
    for settings in placed.values():
        (secret,) = settings["imagePullSecret"]
        assert secret["secretName"] == "registry-key"
        assert settings["imagePullPolicy"] == "Always"
        assert settings["podMetadata"] == {
            "labels": {"team": "forensics"},
            "annotations": {"sidecar.istio.io/inject": "false"},
        }


def test_a_request_may_lie_below_the_limit(documents: list[Compiled]) -> None:
    resources = {name: each["resources"] for name, each in containers(documents[0]).items()}
    train = resources["train"]
    assert (train["resourceCpuRequest"], train["resourceMemoryRequest"]) == ("500m", "2Gi")
    assert "resourceCpuRequest" not in resources["evaluate"]


def test_a_task_other_than_train_has_its_own_nodes(documents: list[Compiled]) -> None:
    placed = executors(documents[1])
    assert placed["evaluate"]["nodeSelector"] == {"labels": {"pool": "large"}}
    assert placed["evaluate"]["tolerations"] == [
        {"key": "spot", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": "60"}
    ]
    assert "nodeSelector" not in placed["split"]
