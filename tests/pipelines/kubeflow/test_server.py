"""`submit` and `schedule` against a server that speaks KFP's API over HTTP."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.shared.runtime.errors import InputError
from pipelines.__main__ import main
from pipelines.kubeflow.server import RunFailedError, Server, ServerAddress
from tests.pipelines.kfp_server import TOKEN, KubeflowServer, serving

ROOT = Path(__file__).parents[3]
FILES = ["--params", str(ROOT / "params.yaml"), "--cluster", str(ROOT / "cluster.yaml")]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[KubeflowServer]:
    """A server, and an environment that names it and a token that it takes."""
    with serving() as started:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("KFP_HOST", started.host)
        monkeypatch.setenv("KFP_TOKEN", TOKEN)
        monkeypatch.delenv("KFP_NAMESPACE", raising=False)
        yield started


def executors(submitted: dict[str, Any]) -> dict[str, Any]:
    """What a submitted pipeline tells Kubernetes of each task."""
    platforms = submitted["pipeline_spec"]["platform_spec"]["platforms"]
    result: dict[str, Any] = platforms["kubernetes"]["deploymentSpec"]["executors"]
    return result


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Runs a command that must end with one line and exit code 2, and returns the line."""
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert line.startswith("error: ")
    assert TOKEN not in said.out + said.err
    return line


def test_a_run_is_started_in_its_experiment_its_page_is_printed_and_its_failure_is_exit_code_1(
    server: KubeflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.states = ["FAILED"]
    with pytest.raises(SystemExit) as stop:
        main(
            [
                "submit",
                *FILES,
                "--run",
                "first",
                "--experiment",
                "signatures",
                "-S",
                "train.steps=7",
                "--wait",
            ]
        )
    assert stop.value.code == 1
    said = capsys.readouterr()
    assert said.out == f"{server.host}/#/runs/details/run-1\n"
    assert said.err == "error: the run failed\n"
    (experiment,) = server.bodies("POST", "/apis/v2beta1/experiments")
    assert experiment["display_name"] == "signatures"
    (run,) = server.bodies("POST", "/apis/v2beta1/runs")
    assert (run["display_name"], run["experiment_id"]) == ("first", "experiment-0")
    spec = run["pipeline_spec"]["pipeline_spec"]
    assert spec["root"]["inputDefinitions"]["parameters"]["train"]["defaultValue"]["steps"] == 7
    assert "exec-train" in executors(run)


def test_waiting_asks_until_the_run_has_ended_and_says_how(server: KubeflowServer) -> None:
    client = Server(ServerAddress(server.host, None, TOKEN))
    server.states = ["PENDING", "RUNNING", "SUCCEEDED"]
    client.wait("run-1", poll=0)
    assert server.states == ["SUCCEEDED"]
    for state in ("FAILED", "CANCELED"):
        server.states = ["RUNNING", state]
        with pytest.raises(RunFailedError, match=state.lower()):
            client.wait("run-1", poll=0)


def test_waiting_outlasts_failures_that_pass_and_gives_up_those_that_do_not(
    server: KubeflowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Server(ServerAddress(server.host, None, TOKEN))
    server.states = ["RUNNING", 502, 503, 429, "RUNNING", 500, "SUCCEEDED"]
    client.wait("run-1", poll=0)
    assert server.states == ["SUCCEEDED"]
    server.states = [404, "SUCCEEDED"]
    with pytest.raises(InputError, match="HTTP 404"):
        client.wait("run-1", poll=0)
    monkeypatch.setattr("pipelines.kubeflow.server.PATIENCE", 0.2)
    server.states = ["RUNNING", 502]
    with pytest.raises(InputError, match="HTTP 502"):
        client.wait("run-1", poll=0)


@pytest.mark.parametrize(
    "body", ["", '{"message": ""}', '{"message": "\\n"}', '{"message": null}', "[]"]
)
def test_a_refusal_that_says_nothing_is_one_line_with_its_status(
    body: str, server: KubeflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.says = 409, body
    assert "(HTTP 409)" in refused(["schedule", "list"], capsys)


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (["--every", "0"], "--every 0: at least 1 second"),
        (["--cron", ""], "--cron '': write six fields"),
        (["--cron", "0 3 * * *"], "--cron '0 3 * * *': write six fields"),
    ],
)
def test_a_schedule_that_says_no_time_is_refused_before_the_server_is_asked(
    times: list[str], message: str, server: KubeflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in refused(["schedule", "create", "nightly", *FILES, *times], capsys)
    assert server.requests == []


def test_a_token_that_is_refused_is_one_line_without_the_token(
    server: KubeflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    line = refused(["submit", *FILES, "--token", "token-of-yesterday"], capsys)
    assert server.host in line
    assert "has expired" in line
    assert "yesterday" not in line
    server.says = 403, '{"message": "user may not"}'
    assert "may not do that in this namespace" in refused(["schedule", "list"], capsys)


def test_a_server_that_repeats_the_token_does_not_get_it_printed(
    server: KubeflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.says = 500, f'{{"message": "cannot read {TOKEN}"}}'
    assert "cannot read … (HTTP 500)" in refused(["schedule", "list"], capsys)


def test_a_wrong_host_is_one_line(
    server: KubeflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert f"http://127.0.0.1:{port}" in refused(
        ["schedule", "list", "--host", f"http://127.0.0.1:{port}"], capsys
    )
    assert "https://" in refused(["schedule", "list", "--host", "kubeflow.example"], capsys)
    server.says = 404, "not found"
    assert "is this the address of Kubeflow Pipelines?" in refused(["schedule", "list"], capsys)
    server.says = 200, "<html>please log in</html>"
    assert "not as Kubeflow Pipelines does" in refused(["schedule", "list"], capsys)


def test_a_missing_host_and_an_unknown_pipeline_are_one_line(
    server: KubeflowServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "unknown pipeline 'singature' (known: signature" in refused(
        ["submit", "singature", *FILES], capsys
    )
    assert server.bodies("POST", "/apis/v2beta1/runs") == []
    monkeypatch.delenv("KFP_HOST")
    assert "--host" in refused(["submit", *FILES], capsys)


def test_a_server_for_several_users_wants_a_namespace(
    server: KubeflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.multi_user = True
    assert "--namespace" in refused(["schedule", "list"], capsys)
    main(["schedule", "list", "--namespace", "team"])
    assert capsys.readouterr().out == ""


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.kubeflow.server.SECONDS", (0.2, 0.2))
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(InputError, match="does not answer"),
    ):
        Server(ServerAddress(f"http://127.0.0.1:{silent.getsockname()[1]}", None, None))


def test_recurring_runs_are_made_listed_and_removed(
    server: KubeflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["schedule", "create", "nightly", *FILES, "--cron", "0 0 3 * * *"])
    assert capsys.readouterr().out == "nightly: recurring run recurring-0\n"
    (run,) = server.bodies("POST", "/apis/v2beta1/recurringruns")
    assert "exec-train" in executors(run)
    hourly = {
        "display_name": "hourly",
        "trigger": {"periodic_schedule": {"interval_second": "3600"}},
    }
    server.recurring["other"] = {**hourly, "recurring_run_id": "other", "status": "ENABLED"}
    main(["schedule", "list"])
    assert [line.split("\t")[:2] for line in capsys.readouterr().out.splitlines()] == [
        ["nightly", "0 0 3 * * *"],
        ["hourly", "every 3600 s"],
    ]
    main(["schedule", "remove", "nightly"])
    assert [one["display_name"] for one in server.recurring.values()] == ["hourly"]
    assert "no recurring run 'nightly'" in refused(["schedule", "remove", "nightly"], capsys)
