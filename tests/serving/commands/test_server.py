"""The web server."""

import signal
import socket
from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from serving.api.app import create_app
from serving.commands.server import Server
from serving.engine.model import load
from tests.serving.api.clients import assemble
from tests.serving.bundles import write_served_bundle


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    model = load(write_served_bundle(tmp_path / "bundle"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        service = assemble(model, tmp_path, port=port)
        server = Server(create_app(service), service, lambda _: None)
        with pytest.raises(InputError, match=f"127.0.0.1:{port}"):
            server.run()
        service.close()


def test_readiness_ends_at_once_and_the_rest_when_others_have_seen_that(tmp_path: Path) -> None:
    model = load(write_served_bundle(tmp_path / "bundle"))
    for drain, ends_at_once in ((60.0, False), (0.0, True)):
        service = assemble(model, tmp_path / str(drain), drain=drain)
        server = Server(create_app(service), service, lambda _: None)
        server.handle_exit(signal.SIGTERM, None)
        assert not service.is_ready
        assert server.should_exit is ends_at_once
        service.close()
