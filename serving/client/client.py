"""The client: a method for each thing that the service does."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, cast
from urllib.parse import quote
from uuid import uuid4

from serving.client import multipart
from serving.client.answers import (
    Decision,
    Enrolled,
    Identification,
    Model,
    Person,
    Verification,
)
from serving.client.transport import Sent, Transport

PAGE = 200


class Client:
    """A client of one service.

    Example:
        client = Client("http://localhost:8000", key)
        ada = client.enrol("Ada", [image.read_bytes() for image in known])
        client.verify(questioned.read_bytes(), ada["id"])["decision"]

    Every method raises `ProblemError` where the service refuses, and `UnreachableError` where it
    does not answer. It waits and asks again where the service says when.
    """

    def __init__(
        self,
        address: str,
        key: str,
        timeout: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepares the client.

        Args:
            address: such as `https://signatures.example.org`.
            key: of the API.
            timeout: seconds until an answer must have begun.
            sleep: waits for seconds.

        Raises:
            ValueError: the address or the key cannot be one.
        """
        self._transport = Transport(address, key, timeout, sleep)

    def people(self, query: str | None = None) -> Iterator[Person]:
        """Yields the people whose name or external id holds `query`, in the order of enrolment."""
        return self._pages("/v1/people", {} if query is None else {"query": query})

    def person(self, person_id: str) -> Person:
        """Returns a person."""
        return cast(Person, self._transport.ask("GET", _person(person_id)))

    def enrol(
        self,
        name: str,
        images: Sequence[bytes],
        external_id: str | None = None,
        consent: str | None = None,
        once_key: str | None = None,
    ) -> Enrolled:
        """Enrols a person by encoded images, those that can carry a decision.

        Args:
            name: of the person, which nobody else has.
            images: encoded as PNG, JPEG, TIFF, WebP or BMP.
            external_id: by which other systems know the person.
            consent: how and when it was given.
            once_key: Idempotency-Key: a call that comes again with the same one enrols nobody
                twice; a new one by default, which covers the repetitions of this call.
        """
        fields = {"name": name, "external_id": external_id, "consent": consent}
        return cast(Enrolled, self._send("/v1/people", fields, {"images": images}, once_key))

    def add_references(
        self, person_id: str, images: Sequence[bytes], once_key: str | None = None
    ) -> Enrolled:
        """Adds references to a person, as `enrol` does."""
        path = f"{_person(person_id)}/references"
        return cast(Enrolled, self._send(path, {}, {"images": images}, once_key))

    def delete(self, person_id: str) -> None:
        """Deletes a person and all that is kept of them."""
        self._transport.ask("DELETE", _person(person_id), once_key=uuid4().hex)

    def verify(
        self,
        image: bytes,
        person_id: str | None = None,
        references: Sequence[bytes] = (),
        policy: str | None = None,
    ) -> Verification:
        """Decides whether a signature is that of a person, or of who wrote the references."""
        files = {"image": [image], "reference_images": references}
        fields = {"person_id": person_id, "policy": policy}
        return cast(Verification, self._send("/v1/verify", fields, files))

    def identify(
        self,
        image: bytes,
        policy: str | None = None,
        largest_distance: float | None = None,
        smallest_gap: float | None = None,
        limit: int | None = None,
    ) -> Identification:
        """Searches everybody who is enrolled for the person whose signature it is.

        Args:
            image: encoded.
            policy: of the model.
            largest_distance: beyond which it is nobody.
            smallest_gap: to the next nearest person, below which it is nobody.
            limit: the most candidates to return.
        """
        fields = {
            "policy": policy,
            "largest_distance": largest_distance,
            "smallest_gap": smallest_gap,
            "limit": limit,
        }
        return cast(Identification, self._send("/v1/identify", fields, {"image": [image]}))

    def decisions(
        self, status: Literal["final", "review", "reviewed"] | None = None
    ) -> Iterator[Decision]:
        """Yields the decisions that are kept, the oldest first."""
        return self._pages("/v1/decisions", {} if status is None else {"status": status})

    def review(
        self, decision_id: str, decision: Literal["accept", "reject"], note: str | None = None
    ) -> Decision:
        """Decides what the model left to a person."""
        sent = Sent(json.dumps({"decision": decision, "note": note}).encode(), "application/json")
        path = f"/v1/decisions/{quote(decision_id, safe='')}"
        reviewed = self._transport.ask("POST", path, sent=sent, once_key=uuid4().hex)
        return cast(Decision, reviewed)

    def model(self) -> Model:
        """Describes the model that answers."""
        return cast(Model, self._transport.ask("GET", "/v1/model"))

    def _pages(self, path: str, query: dict[str, str]) -> Iterator[Any]:
        cursor: str | None = None
        while True:
            more = {} if cursor is None else {"cursor": cursor}
            page = self._transport.ask("GET", path, {**query, "limit": str(PAGE), **more})
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def _send(
        self,
        path: str,
        fields: dict[str, Any],
        files: dict[str, Sequence[bytes]],
        once_key: str | None = None,
    ) -> Any:
        texts = {name: str(value) for name, value in fields.items() if value is not None}
        sent = Sent(*multipart.encode(texts, files))
        if "images" in files:
            once_key = once_key or uuid4().hex
        return self._transport.ask("POST", path, sent=sent, once_key=once_key)


def _person(person_id: str) -> str:
    return f"/v1/people/{quote(person_id, safe='')}"
