"""A service with a real model and a real database, and clients with a key of each role."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.api.app import create_app
from serving.api.service import Service
from serving.engine.model import ServedModel, load
from tests.serving.api.clients import Clients, assemble
from tests.serving.bundles import write_served_bundle


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> ServedModel:
    return load(write_served_bundle(tmp_path_factory.mktemp("model") / "bundle"))


@pytest.fixture
def service(model: ServedModel, tmp_path: Path) -> Iterator[Service]:
    service = assemble(model, tmp_path)
    yield service
    service.close()


@pytest.fixture
def clients(service: Service) -> Iterator[Clients]:
    with TestClient(create_app(service), base_url="http://localhost") as client:
        yield Clients(client, service)


@pytest.fixture
def admin(clients: Clients) -> TestClient:
    return clients.of("admin")
