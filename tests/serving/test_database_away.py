"""A database that goes away and comes back under a service that goes on."""

import logging
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import make_url
from starlette.testclient import TestClient

from serving.api.logs import Lines
from serving.api.service import Service
from serving.client.client import Client
from serving.client.errors import ProblemError
from serving.pages.app import create_app
from serving.settings import Settings
from serving.store.store import open_store
from tests.serving.api.clients import Clients, enrol, listening, probe
from tests.serving.bundles import signature
from tests.serving.pages.browsers import Browsers
from tests.serving.running import Running
from tests.serving.store import postgres


class Leaving(Protocol):
    """A database that leaves a service, and comes back."""

    address: str

    def leave(self, service: Service) -> None:
        """Goes away."""

    def come_back(self) -> None:
        """Answers again."""


class File:
    """A file of SQLite, whose place a folder takes."""

    def __init__(self, path: Path) -> None:
        self.address = f"sqlite:///{path}"
        self._path, self._aside = path, path.with_suffix(".aside")

    def leave(self, service: Service) -> None:
        service.store.database.close()
        self._path.rename(self._aside)
        self._path.mkdir()

    def come_back(self) -> None:
        self._path.rmdir()
        self._aside.rename(self._path)


class Server:
    """A PostgreSQL server, which is stopped and started."""

    def __init__(self, server: postgres.Server) -> None:
        server.handle.ensure_postgres_running()
        self.address = server.create(f"t{uuid.uuid4().hex}")
        self._server = server

    def leave(self, service: Service) -> None:
        self._server.handle.stop()

    def come_back(self) -> None:
        self._server.handle.ensure_postgres_running()


@pytest.fixture(scope="module")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL server that these tests may stop; skips where none can be started."""
    with postgres.running() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Leaving:
    if request.param == "sqlite":
        return File(tmp_path / "signatures.db")
    return Server(request.getfixturevalue("postgres_server"))


@pytest.fixture
def service(running: Running, database: Leaving) -> Iterator[Service]:
    settings = Settings(database=database.address, port=0)
    store = open_store(database.address)
    service = Service.assemble(settings, running.service.model, store)
    yield service
    service.close()


@pytest.fixture
def nobody(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), base_url="http://localhost") as client:
        yield client


def test_a_service_says_503_while_its_database_is_away_and_goes_on_when_it_is_back(
    service: Service, nobody: TestClient, database: Leaving, caplog: pytest.LogCaptureFixture
) -> None:
    api = Clients(nobody, service).of("admin")
    browsers = Browsers(nobody, service)
    browser, stranger = browsers.of("admin"), browsers.nobody()
    claim = {"person_id": enrol(api, 1, name="Ada Secret")["id"]}

    database.leave(service)
    caplog.clear()
    answers = [
        api.get("/v1/people"),
        api.post("/v1/verify", data=claim, files=probe(1)),
        browser.get("/pages/people"),
        stranger.post("/pages/sign-in", data={"key": "k" * 40}),
    ]
    for answer in answers:
        assert answer.status_code == 503, answer.text
        assert answer.headers["Retry-After"] == "5"
    for answer in answers[:2]:
        assert answer.json()["detail"] == "the database does not answer; ask again a little later"
    for answer in answers[2:]:
        assert "the database does not answer" in answer.text
    failures = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(failures) == len(answers)
    for record in failures:
        line = Lines().format(record)
        assert "DatabaseAwayError" in line
        assert "the database does not answer" in line
        assert str(make_url(database.address).database) not in line

    database.come_back()
    assert api.get("/v1/people").json()["items"][0]["name"] == "Ada Secret"
    assert "Ada Secret" in browser.get("/pages/people").text


def test_a_database_that_leaves_while_a_request_is_answered_is_said_likewise(
    service: Service,
    nobody: TestClient,
    database: Leaving,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = Clients(nobody, service).of("admin")
    search = service.store.people.search

    def search_without(*given: object) -> object:
        database.leave(service)
        return search(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(service.store.people, "search", search_without)
    answer = api.get("/v1/people")
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:problem:no-database"
    database.come_back()


def test_the_client_asks_again_but_makes_no_decision_that_may_be_made_already(
    service: Service, database: Leaving
) -> None:
    plain = service.store.keys.create("admin", "admin").plain
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        database.come_back()

    with listening(service) as port:
        client = Client(f"http://127.0.0.1:{port}", plain, sleep=wait)
        image = signature(1, 0)
        database.leave(service)
        with pytest.raises(ProblemError) as refused:
            client.verify(image, references=[image])
        assert refused.value.status == 503
        assert waits == []
        assert client.enrol("Ada", [image])["name"] == "Ada"
        assert waits == [5.0]
        database.leave(service)
        assert [person["name"] for person in client.people()] == ["Ada"]
        assert waits == [5.0, 5.0]
