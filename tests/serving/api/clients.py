"""Clients of a service that is tested, and a server of it."""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from serving.api.app import create_app
from serving.api.service import Service
from serving.commands.server import Server
from serving.engine.model import ServedModel
from serving.settings import Settings
from serving.store.roles import Role
from serving.store.store import open_store
from tests.serving.bundles import signature


class Clients:
    """Clients with a key of each role."""

    def __init__(self, client: TestClient, service: Service) -> None:
        self.nobody = client
        self.service = service

    def of(self, role: Role, may_embed: bool = False) -> TestClient:
        """Returns a client with a new key of a role."""
        client = TestClient(self.nobody.app, base_url="http://localhost")
        client.headers.update(authorization(self.service, role, may_embed))
        return client


def assemble(model: ServedModel, folder: Path, **settings: Any) -> Service:
    """Returns a service on a new database in a folder."""
    values = Settings(database=f"sqlite:///{folder}/signatures.db", **settings)
    store = open_store(values.database, keep_images=values.keep_images > 0)
    return Service.assemble(values, model, store)


def authorization(service: Service, role: Role, may_embed: bool = False) -> dict[str, str]:
    """Returns the header of a new key of a role."""
    plain = service.store.keys.create(role, role, may_embed=may_embed).plain
    return {"Authorization": f"Bearer {plain}"}


def files(field: str, images: Sequence[bytes]) -> list[tuple[str, tuple[str, bytes, str]]]:
    """Returns a form's files."""
    return [(field, ("image.png", image, "image/png")) for image in images]


def enrol(client: TestClient, writer: int, count: int = 3, name: str | None = None) -> Any:
    """Enrols a writer and returns the answer's content."""
    images = [signature(writer, number) for number in range(count)]
    answer = client.post(
        "/v1/people", data={"name": name or f"writer {writer}"}, files=files("images", images)
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def probe(writer: int, number: int = 9) -> list[tuple[str, tuple[str, bytes, str]]]:
    """Returns a form's file with a signature that is no reference."""
    return files("image", [signature(writer, number)])


@contextlib.contextmanager
def listening(service: Service, app: ASGIApp | None = None) -> Iterator[int]:
    """Yields the port at which a real server answers by a service, in a thread.

    Args:
        service: that answers.
        app: its application; None: that of the API alone.
    """
    addresses: list[str] = []
    is_there = threading.Event()

    def announce(address: str) -> None:
        addresses.append(address)
        is_there.set()

    server = Server(app or create_app(service), service, announce)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert is_there.wait(20)
        yield int(addresses[0].rpartition(":")[2])
    finally:
        server.should_exit = True
        thread.join(20)
