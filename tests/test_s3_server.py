"""The S3 server that tests are given."""

from pathlib import Path

from tests import s3_server


def test_a_server_that_was_stopped_leaves_no_socket_behind(tmp_path: Path) -> None:
    running = s3_server.start(tmp_path)
    assert s3_server.sockets(running)
    s3_server.stop(running)
    assert running.process.poll() is not None
    assert s3_server.sockets(running) == []
