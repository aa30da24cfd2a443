"""Addresses of servers: from options, from variables, and from a file with a token."""

import argparse
from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from pipelines.__main__ import main
from pipelines.kubeflow import address
from tests.pipelines.kfp_server import TOKEN, KubeflowServer, refused


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    address.add_address(parser)
    return parser.parse_args([])


def test_an_address_without_its_protocol_is_refused_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("KFP_HOST", raising=False)
    monkeypatch.delenv("KF_PIPELINES_ENDPOINT", raising=False)
    with pytest.raises(InputError, match="by --host or KFP_HOST"):
        address.connect(options())
    monkeypatch.setenv("KFP_HOST", "kubeflow.example")
    with pytest.raises(InputError, match="write it with https://"):
        address.connect(options())


@pytest.mark.parametrize("place", ["KFP_TOKEN_FILE", "KF_PIPELINES_SA_TOKEN_PATH", "mounted"])
def test_a_token_file_is_read_anew_when_it_is_renewed(
    place: str, server: KubeflowServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    monkeypatch.delenv("KFP_TOKEN")
    if place == "mounted":
        monkeypatch.setattr(address, "MOUNTED_TOKEN", file)
    else:
        monkeypatch.setenv(place, str(file))
    client = address.connect(options())
    assert client.recurring_runs() == []
    file.write_text("token-of-yesterday")
    with pytest.raises(InputError, match="has expired") as refusal:
        client.recurring_runs()
    assert "yesterday" not in str(refusal.value)
    file.write_text(TOKEN)
    assert client.recurring_runs() == []
    file.unlink()
    with pytest.raises(InputError, match="No such file"):
        client.recurring_runs()


def test_a_token_file_that_is_not_there_is_named(
    server: KubeflowServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KFP_TOKEN")
    monkeypatch.setenv("KFP_TOKEN_FILE", "/nowhere/token")
    assert "KFP_TOKEN_FILE: /nowhere/token cannot be read" in refused(["schedule", "list"], capsys)
    assert server.requests == []


def test_kubeflows_own_variables_name_the_server_and_its_pages(
    server: KubeflowServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KFP_HOST")
    monkeypatch.setenv("KF_PIPELINES_ENDPOINT", server.host)
    main(["schedule", "list"])
    assert capsys.readouterr().out == ""
    assert address.connect(options()).page("run-1") == f"{server.host}/#/runs/details/run-1"
    monkeypatch.setenv("KF_PIPELINES_UI_ENDPOINT", "https://kubeflow.example/pipeline/")
    page = address.connect(options()).page("run-1")
    assert page == "https://kubeflow.example/pipeline/#/runs/details/run-1"
