"""A service that a real server answers by, for all that ask over HTTP."""

from collections.abc import Iterator

import pytest

from serving.client.client import Client
from serving.engine.model import load
from tests.serving.api.clients import assemble, listening
from tests.serving.bundles import write_served_bundle
from tests.serving.running import Running


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("running")
    service = assemble(load(write_served_bundle(folder / "bundle")), folder, port=0)
    with listening(service) as port:
        yield Running(service, f"http://127.0.0.1:{port}")
    service.close()


@pytest.fixture
def client(running: Running) -> Client:
    return running.client()
