"""Waiting for a run on a server that speaks KFP's API over HTTP."""

from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from pipelines.kubeflow.connection import ServerAddress
from pipelines.kubeflow.server import Server
from pipelines.kubeflow.waiting import RunFailedError, wait
from tests.pipelines.kfp_server import TOKEN, KubeflowServer
from tests.pipelines.kubeflow.compiled import compile_to
from tests.pipelines.kubeflow.nodes import node, task


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def client(server: KubeflowServer) -> Server:
    return Server(ServerAddress(server.host, None, TOKEN))


def test_it_asks_until_the_run_has_ended_and_says_how(
    server: KubeflowServer, client: Server, said: list[str]
) -> None:
    server.states = ["PENDING", "RUNNING", "SUCCEEDED"]
    wait(client, "run-1", said.append, poll=0)
    assert server.states == ["SUCCEEDED"]
    for state in ("FAILED", "CANCELED"):
        server.states = ["RUNNING", state]
        with pytest.raises(RunFailedError, match=f"^the run {state.lower()}$"):
            wait(client, "run-1", said.append, poll=0)
    assert said == []


def test_it_outlasts_failures_that_pass_and_gives_up_those_that_do_not(
    server: KubeflowServer, client: Server, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.states = ["RUNNING", 502, 503, 429, "RUNNING", 500, "SUCCEEDED"]
    wait(client, "run-1", said.append, poll=0)
    assert server.states == ["SUCCEEDED"]
    server.states = [404, "SUCCEEDED"]
    with pytest.raises(InputError, match="HTTP 404"):
        wait(client, "run-1", said.append, poll=0)
    monkeypatch.setattr("pipelines.kubeflow.waiting.PATIENCE", 0.2)
    server.states = ["RUNNING", 502]
    with pytest.raises(InputError, match="HTTP 502"):
        wait(client, "run-1", said.append, poll=0)


@pytest.mark.parametrize("place", ["api", "pages"])
@pytest.mark.parametrize("pod", ["wf-retry-system-container-impl-9", "wf-9"])
def test_the_failed_task_is_named_with_the_last_lines_of_its_last_try(
    place: str, pod: str, server: KubeflowServer, client: Server, said: list[str]
) -> None:
    server.states = ["RUNNING", "FAILED"]
    server.nodes["RUNNING"] = [*task("ingest", "SUCCEEDED"), *task("train", "RUNNING")]
    server.nodes["FAILED"] = [
        *task("root", "FAILED"),
        *task("ingest", "SUCCEEDED"),
        *task("train", "FAILED", "wf-7"),
        node("executor", "FAILED", "wf-8", "wf-9"),
    ]
    lines = [f"line {number}" for number in range(20)]
    end = ["InputError: the images are too few", "I1130 15:20:31.123456 launcher_v2.go:211] bye"]
    server.logs[pod] = "\n".join([*lines, *end])
    server.serves_logs = place
    with pytest.raises(RunFailedError) as failure:
        wait(client, "run-1", said.append, poll=0)
    first, *rest = str(failure.value).splitlines()
    assert first == "the run failed: task 'train' failed; the last lines of its log:"
    shown = [line.strip() for line in rest]
    assert shown == [*lines[-9:], "InputError: the images are too few"]
    assert said == ["ingest: succeeded", "train: running", "train: failed"]


def test_where_no_log_can_be_had_the_failed_task_is_named_all_the_same(
    server: KubeflowServer, client: Server, said: list[str]
) -> None:
    server.states = ["FAILED"]
    server.nodes["FAILED"] = task("train", "FAILED", "wf-7")
    with pytest.raises(RunFailedError, match=r"^the run failed: task 'train' failed$"):
        wait(client, "run-1", said.append, poll=0)


def test_the_log_of_pods_with_labels_and_annotations_is_found_too(
    server: KubeflowServer, client: Server, said: list[str], tmp_path: Path
) -> None:
    settings = ["cluster.labels={team: a, cost: b}", "cluster.annotations={inject: 'false'}"]
    options = ["-S", settings[0], "-S", settings[1]]
    documents = compile_to(tmp_path / "pipeline.yaml", *options)
    ids = {"pipeline_id": "pipeline-0", "pipeline_version_id": "version-0"}
    server.versions.append({**ids, "display_name": "v", "documents": documents})
    server.states = ["FAILED"]
    server.nodes["FAILED"] = task("train", "FAILED", "wf-7")
    server.logs["wf-metadata-1-2-retry-system-container-impl-7"] = "InputError: too few"
    with pytest.raises(RunFailedError, match=r"its log:\n  InputError: too few$"):
        wait(client, "run-1", said.append, poll=0)
