"""A process that dies in the middle of anything leaves a whole database behind."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from serving.store import history, rotation
from serving.store.store import Store, open_store
from tests.serving.store.examples import (
    KEY,
    NEXT_SPACE,
    OTHER_KEY,
    SPACE,
    enrol,
    new_reference,
    repeatable,
)

PROJECT = Path(__file__).resolve().parents[3]
WORK = """
import itertools, sys
from serving.store import rotation
from serving.store.audit_chain import Words
from serving.store.store import open_store
from tests.serving.store.examples import *

url, work = sys.argv[1:]
store = open_store(url, KEY, keep_images=True)
people = store.people.search(limit=1000).items

def enrol_once(number):
    with store.transactions.begin(repeatable(f"P{number}")) as transaction:
        new = store.people.create(f"P{number}", [new_reference(number)], within=transaction)
        transaction.note(Words("desk", "enrol", new.id, "1 reference"))
        transaction.answer(201, new.id.encode(), new.id)

if work == "once":
    enrol_once(0)
print("ready", flush=True)
if work == "create":
    for number in itertools.count(1000):
        enrol(store, f"P{number}", 3 * number, 3 * number + 1, 3 * number + 2)
elif work == "once":
    for number in itertools.count(1):
        enrol_once(number)
elif work == "delete":
    for person in people:
        store.people.delete(person.id)
elif work == "rotate":
    vault = store.vault
    for key in itertools.cycle([OTHER_KEY, KEY]):
        vault = rotation.rotate(store.database, vault, key)
elif work == "reembed":
    while images := list(store.spaces.images_without(NEXT_SPACE, 3)):
        vectors = {each.reference_id: new_reference(7).vector for each in images}
        store.spaces.add_vectors(NEXT_SPACE, "v2", vectors)
"""


def kill_amid(url: str, work: str, delay: float) -> None:
    """Starts a process that works on the database, and kills it after a delay in seconds."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORK, url, work], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


def reopen(url: str) -> Store:
    """Opens the store with whichever of both keys is its own."""
    try:
        return open_store(url, KEY, keep_images=True)
    except InputError:
        return open_store(url, OTHER_KEY, keep_images=True)


def require_whole(store: Store) -> None:
    """Asserts that every person has three references, each with embedding and image."""
    history.check(store.database)
    people = store.people.search(limit=10_000).items
    for person in people:
        assert len(person.references) == 3
        vectors = store.people.vectors(person.id, SPACE)
        assert [reference_id for reference_id, _ in vectors] == [x.id for x in person.references]
        for reference in person.references:
            assert store.people.image(person.id, reference.id) is not None
    changes = store.people.changes(0, SPACE)
    assert set(changes.present) == {person.id for person in people}
    assert not set(changes.absent) & set(changes.present)


@pytest.mark.slow
@pytest.mark.parametrize("work", ["create", "delete", "rotate", "reembed"])
def test_a_killed_process_leaves_a_whole_database(url: str, work: str) -> None:
    store = open_store(url, KEY, keep_images=True)
    for number in range(25):
        enrol(store, f"P{number}", 3 * number, 3 * number + 1, 3 * number + 2)
    store.close()
    delays = random.Random(work)
    for _ in range(3):
        kill_amid(url, work, delays.uniform(0.01, 0.3))
        store = reopen(url)
        require_whole(store)
        if work == "rotate" and not is_first_key(url):
            rotation.rotate(store.database, store.vault, KEY)
        store.close()
    store = open_store(url, KEY, keep_images=True)
    person = enrol(store, "the next one", 90_001, 90_002, 90_003)
    if work == "reembed":  # goes on where it stopped
        while images := list(store.spaces.images_without(NEXT_SPACE, 50)):
            vectors = {each.reference_id: new_reference(7).vector for each in images}
            store.spaces.add_vectors(NEXT_SPACE, "v2", vectors)
        assert set(store.people.changes(0, NEXT_SPACE).present) == {
            each.id for each in store.people.search(limit=100).items
        }
    assert store.people.get(person.id) == person
    require_whole(store)
    store.close()


@pytest.mark.slow
def test_a_process_killed_in_enrolments_leaves_each_with_audit_and_answer(url: str) -> None:
    open_store(url, KEY).close()
    delay = random.Random("once").uniform(0.05, 0.3)
    kill_amid(url, "once", delay)
    store = open_store(url, KEY)
    people = store.people.search(limit=10_000).items
    lines = store.audit.list(limit=10_000).items
    assert people
    assert [line.person_id for line in reversed(lines)] == [person.id for person in people]
    assert store.audit.verify() is None
    for person in people:
        assert store.transactions.answer_to(repeatable(person.name)) == (201, person.id.encode())
    following = repeatable(f"P{len(people)}")
    assert store.transactions.answer_to(following) is None
    store.close()


def is_first_key(url: str) -> bool:
    try:
        open_store(url, KEY).close()
    except InputError:
        return False
    return True
