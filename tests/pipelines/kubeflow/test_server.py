"""`submit` and `schedule` against a server that speaks KFP's API over HTTP."""

from pathlib import Path

import pytest

from pipelines.__main__ import main
from pipelines.kubeflow.connection import ServerAddress
from pipelines.kubeflow.server import Server
from pipelines.kubeflow.submission import Submission
from tests.pipelines.kfp_server import FILES, TOKEN, KubeflowServer, refused
from tests.pipelines.kubeflow.compiled import executors


def test_a_run_is_started_in_its_experiment_its_page_is_printed_and_its_failure_is_exit_code_1(
    server: KubeflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.states = ["FAILED"]
    with pytest.raises(SystemExit) as stop:
        names = ["--run", "first", "--experiment", "signatures"]
        main(["submit", *FILES, *names, "--wait"])
    assert stop.value.code == 1
    said = capsys.readouterr()
    assert said.out == f"{server.host}/#/runs/details/run-1\n"
    assert said.err == "error: the run failed\n"
    (experiment,) = server.bodies("POST", "/apis/v2beta1/experiments")
    assert experiment["display_name"] == "signatures"
    (run,) = server.bodies("POST", "/apis/v2beta1/runs")
    assert (run["display_name"], run["experiment_id"]) == ("first", "experiment-0")
    assert run["pipeline_version_reference"] == {
        "pipeline_id": "pipeline-0",
        "pipeline_version_id": "version-0",
    }
    (version,) = server.versions
    spec, platform = version["documents"]
    assert spec["pipelineInfo"]["name"] == "signature-recognition"
    assert "train" in executors(platform)


def test_equal_content_is_uploaded_once_and_what_was_changed_goes_with_the_run(
    server: KubeflowServer,
) -> None:
    main(["submit", *FILES, "-S", "train.steps=7", "-S", "cluster.train.memory=16Gi"])
    run = ["--pipeline-root", "s3://bucket/root", "--service-account", "trainer"]
    main(["schedule", "create", "nightly", *FILES, "--every", "60", *run])
    (version,) = server.versions
    assert version["display_name"].startswith("signature-recognition-")
    (changed,) = server.bodies("POST", "/apis/v2beta1/runs")
    assert changed["display_name"] == "signature train.steps=7 cluster.train.memory=16Gi"
    parameters = changed["runtime_config"]["parameters"]
    assert set(parameters) == {"train", "train_memory"}
    assert (parameters["train"]["steps"], parameters["train_memory"]) == (7, "16Gi")
    (nightly,) = server.bodies("POST", "/apis/v2beta1/recurringruns")
    assert nightly["pipeline_version_reference"] == changed["pipeline_version_reference"]
    assert nightly["runtime_config"] == {"parameters": {}, "pipeline_root": "s3://bucket/root"}
    assert nightly["service_account"] == "trainer"


def test_each_user_of_several_has_pipelines_of_their_own(
    server: KubeflowServer, tmp_path: Path
) -> None:
    server.multi_user = True
    (tmp_path / "p.yaml").write_text("pipelineInfo: {name: mine}")
    for namespace, version in (("team", "a"), ("others", "a"), ("team", "a"), ("team", "b")):
        client = Server(ServerAddress(server.host, namespace, TOKEN))
        client.upload(Submission(tmp_path / "p.yaml", "mine", version, {}))
    assert [one["namespace"] for one in server.pipelines] == ["team", "others"]
    uploaded = [(one["pipeline_id"], one["display_name"]) for one in server.versions]
    assert uploaded == [("pipeline-0", "a"), ("pipeline-1", "a"), ("pipeline-0", "b")]


def test_a_run_is_started_again(server: KubeflowServer, capsys: pytest.CaptureFixture[str]) -> None:
    main(["retry", "run-1", "--wait"])
    assert server.retried == ["run-1"]
    assert capsys.readouterr().out == f"{server.host}/#/runs/details/run-1\n"
    server.says = 400, '{"message": "only failed runs can be retried"}'
    assert "only failed runs can be retried" in refused(["retry", "run-1"], capsys)


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


def test_a_missing_host_and_an_unknown_pipeline_are_one_line(
    server: KubeflowServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "unknown pipeline 'singature' (known: signature" in refused(
        ["submit", "singature", *FILES], capsys
    )
    assert server.bodies("POST", "/apis/v2beta1/runs") == []
    monkeypatch.delenv("KFP_HOST")
    assert "--host" in refused(["submit", *FILES], capsys)


def test_recurring_runs_are_made_listed_and_removed(
    server: KubeflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["schedule", "create", "nightly", *FILES, "--cron", "0 0 3 * * *"])
    assert capsys.readouterr().out == "nightly: recurring run recurring-0\n"
    (run,) = server.bodies("POST", "/apis/v2beta1/recurringruns")
    assert run["pipeline_version_reference"]["pipeline_version_id"] == "version-0"
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
    assert capsys.readouterr().out == "nightly: removed recurring-0\n"
    assert [one["display_name"] for one in server.recurring.values()] == ["hourly"]
    assert "no recurring run 'nightly'" in refused(["schedule", "remove", "nightly"], capsys)


def test_of_an_existing_name_another_recurring_run_is_made_in_its_place_alone(
    server: KubeflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    nightly = ["schedule", "create", "nightly", *FILES, "--every", "60"]
    main(nightly)
    assert "nightly: experiment 'signature-recognition' has it already; --replace" in refused(
        nightly, capsys
    )
    assert set(server.recurring) == {"recurring-0"}
    main([*nightly, "--replace"])
    assert set(server.recurring) == {"recurring-1"}
    assert capsys.readouterr().out.splitlines() == [
        "nightly: recurring run recurring-1",
        "nightly: removed recurring-0",
    ]


def test_recurring_runs_of_others_stay_and_of_several_one_is_named(
    server: KubeflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["schedule", "create", "nightly", *FILES, "--every", "60"])
    (made,) = server.recurring.values()
    for name, experiment in (("twin", made["experiment_id"]), ("theirs", "another")):
        server.recurring[name] = {
            **made,
            "recurring_run_id": name,
            "experiment_id": experiment,
        }
    several = refused(["schedule", "remove", "nightly"], capsys)
    assert "there are 2: give --all, or --id of recurring-0, twin" in several
    assert "has no recurring run 'nightly' of id theirs" in refused(
        ["schedule", "remove", "nightly", "--id", "theirs"], capsys
    )
    assert "has no recurring run 'nightly'" in refused(
        ["schedule", "remove", "nightly", "--experiment", "unknown"], capsys
    )
    main(["schedule", "remove", "nightly", "--id", "twin"])
    assert set(server.recurring) == {"recurring-0", "theirs"}
    main(["schedule", "remove", "nightly", "--all"])
    assert set(server.recurring) == {"theirs"}
