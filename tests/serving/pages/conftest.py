"""A service with its pages, and browsers that have signed in with a key of each role."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.api.service import Service
from serving.engine.model import ServedModel, load
from serving.pages.app import create_app
from tests.serving.api.clients import assemble
from tests.serving.bundles import write_served_bundle
from tests.serving.pages.browsers import Browsers


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> ServedModel:
    return load(write_served_bundle(tmp_path_factory.mktemp("model") / "bundle"))


@pytest.fixture
def service(model: ServedModel, tmp_path: Path) -> Iterator[Service]:
    service = assemble(model, tmp_path, keep_images=30)
    yield service
    service.close()


@pytest.fixture
def browsers(service: Service) -> Iterator[Browsers]:
    with TestClient(create_app(service), base_url="http://localhost") as client:
        yield Browsers(client, service)


@pytest.fixture
def admin(browsers: Browsers) -> TestClient:
    return browsers.of("admin")
