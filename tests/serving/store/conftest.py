"""Stores to test, on SQLite and on a PostgreSQL server of its own."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.store.store import Store, open_store
from tests.serving.store import postgres
from tests.serving.store.examples import KEY

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL server; skips where none can be started."""
    with postgres.running() as server:
        yield server


@pytest.fixture(params=[SQLITE, pytest.param(POSTGRESQL, marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == SQLITE:
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    address = server.create(f"t{uuid.uuid4().hex}")
    yield address
    server.drop(address)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A new, encrypted store that keeps images."""
    opened = open_store(url, KEY, keep_images=True)
    yield opened
    opened.close()
