"""The S3 server that tests are given."""

from pathlib import Path

from tests import store


def test_a_server_that_was_stopped_leaves_no_socket_behind(tmp_path: Path) -> None:
    running = store.start(tmp_path)
    assert store.sockets(running)
    store.stop(running)
    assert running.process.poll() is not None
    assert store.sockets(running) == []
