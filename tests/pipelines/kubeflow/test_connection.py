"""Refusals of a server that speaks KFP's API over HTTP: one line each, without the token."""

import socket

import pytest

from components.shared.runtime.errors import InputError
from pipelines.__main__ import main
from pipelines.kubeflow.connection import ServerAddress
from pipelines.kubeflow.server import Server
from tests.pipelines.kfp_server import FILES, TOKEN, KubeflowServer, refused


@pytest.mark.parametrize(
    "body", ["", '{"message": ""}', '{"message": "\\n"}', '{"message": null}', "[]"]
)
def test_a_refusal_that_says_nothing_is_one_line_with_its_status(
    body: str, server: KubeflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.says = 409, body
    assert "(HTTP 409)" in refused(["schedule", "list"], capsys)


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


def test_a_server_for_several_users_wants_a_namespace(
    server: KubeflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.multi_user = True
    assert "--namespace" in refused(["schedule", "list"], capsys)
    main(["schedule", "list", "--namespace", "team"])
    assert capsys.readouterr().out == ""


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.kubeflow.connection.SECONDS", (0.2, 0.2))
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(InputError, match="does not answer"),
    ):
        Server(ServerAddress(f"http://127.0.0.1:{silent.getsockname()[1]}", None, None))
