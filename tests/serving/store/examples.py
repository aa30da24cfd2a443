"""People, references and decisions that tests store."""

import hashlib

import numpy as np

from serving.store.decision_rows import NewDecision
from serving.store.enrolment import NewReference
from serving.store.idempotency import RepeatableRequest
from serving.store.person import Person, StoredImage
from serving.store.store import Store

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
SPACE, NEXT_SPACE = "a" * 64, "b" * 64
DIMENSION = 16


def picture(number: int) -> bytes:
    """Bytes that stand for the image of this number: 400, different for each."""
    return b"".join(hashlib.sha256(f"{number}/{part}".encode()).digest() for part in range(13))


def new_reference(number: int, space: str = SPACE, dimension: int = DIMENSION) -> NewReference:
    vector = np.random.default_rng(number).normal(size=dimension).astype(np.float32)
    return NewReference(picture(number), "image/png", vector / np.linalg.norm(vector), space)


def enrol(store: Store, name: str, *numbers: int, external_id: str | None = None) -> Person:
    references = [new_reference(number) for number in numbers]
    return store.people.create(name, references, external_id, consent="form 7")


def doubtful(person_id: str | None, number: int = 900) -> NewDecision:
    """A decision that a person must look at, with its picture."""
    return NewDecision(
        kind="verify",
        outcome="review",
        space=SPACE,
        model_version="v1",
        person_id=person_id,
        policy="review",
        llr=0.25,
        distance=0.5,
        details={"why": "between both limits"},
        image=StoredImage(picture(number), "image/png"),
        needs_review=True,
    )


def repeatable(key: str = "a", of: bytes = bytes(32)) -> RepeatableRequest:
    """A request that may come again."""
    return RepeatableRequest("desk", key, of)


def keep(
    store: Store, request: RepeatableRequest, body: bytes, person_id: str | None = None
) -> None:
    """Keeps the answer to a request."""
    with store.transactions.begin(request) as transaction:
        transaction.answer(201, body, person_id)
