"""People are carried over to another model, whatever happens on the way."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from components.shared.model import bundle
from serving.commands.reembed import CarriedOver, carry_over
from serving.engine import model as served
from serving.engine.embedder import Embedder
from serving.engine.model import ServedModel
from serving.store.enrolment import NewReference
from serving.store.person import Person
from serving.store.store import Store, open_store
from serving.store.tables import EmbeddingRow
from tests.serving.bundles import signature, write_served_bundle
from tests.serving.commands.conftest import Run
from tests.serving.store import examples
from tests.serving.store.examples import KEY

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def old(tmp_path: Path) -> ServedModel:
    return served.load(write_served_bundle(tmp_path / "old"))


@pytest.fixture
def new(tmp_path: Path) -> ServedModel:
    return served.load(write_served_bundle(tmp_path / "new", seed=1))


def enrol(store: Store, model: ServedModel, writer: int, count: int = 2) -> Person:
    images = [signature(writer, number) for number in range(count)]
    with Embedder(model) as embedder:
        vectors = embedder.embed(images)
    references = []
    for image, vector in zip(images, vectors, strict=True):
        assert isinstance(vector, np.ndarray)
        references.append(NewReference(image, "image/png", vector, model.space))
    return store.people.create(f"writer {writer}", references)


def require_carried_over(store: Store, person: Person, model: ServedModel) -> None:
    """Asserts that a person's embeddings are those that the model computes of the images."""
    vectors = dict(store.people.vectors(person.id, model.space))
    with Embedder(model) as embedder:
        for reference in person.references:
            image = store.people.image(person.id, reference.id)
            assert image is not None
            [expected] = embedder.embed([image.encoded])
            assert vectors[reference.id] == pytest.approx(expected, abs=1e-6)


def test_all_with_kept_images_are_carried_over_and_the_model_is_the_databases(
    run: Run, store: Store, old: ServedModel, new: ServedModel
) -> None:
    people = [enrol(store, old, writer) for writer in range(3)]
    assert run("reembed", "--model", "new") == (
        f"{bundle.short(new.version)} is the database's model; references embedded: 6; "
        "people ready: 3, stale: 0\n"
    )
    assert store.spaces.current() == new.space
    for person in people:
        require_carried_over(store, person, new)
        require_carried_over(store, person, old)
    [line] = store.audit.list().items
    assert (line.action, line.model_version) == ("reembed", new.version)
    assert "references embedded: 0" in run("reembed", "--model", "old")
    assert store.spaces.current() == old.space


def test_people_without_a_kept_image_and_images_that_cannot_be_taken_are_told(
    store: Store, old: ServedModel, new: ServedModel, address: str
) -> None:
    kept = enrol(store, old, 0)
    damaged = examples.new_reference(1, old.space)
    torn = store.people.create("torn", [damaged])
    without = open_store(address, KEY, keep_images=False)
    bare = enrol(without, old, 2)
    without.close()
    assert carry_over(store, new) == CarriedOver(embedded=2, refused=1, people=3, stale=2)
    states = {person.id: person.state for person in store.people.search().items}
    assert states == {kept.id: "ready", torn.id: "stale", bare.id: "stale"}


def test_where_nobody_could_be_carried_over_nothing_is_changed(
    run: Run, store: Store, old: ServedModel, new: ServedModel, address: str
) -> None:
    without = open_store(address, KEY, keep_images=False)
    enrol(without, old, 1)
    without.close()
    assert "nobody can be carried over" in run("reembed", "--model", "new")
    assert store.spaces.current() == old.space
    assert store.spaces.stale(new.space) == 1


def test_a_database_without_people_takes_any_model(store: Store, new: ServedModel) -> None:
    assert carry_over(store, new) == CarriedOver(0, 0, 0, 0)
    assert store.spaces.current() == new.space


@pytest.mark.slow
def test_after_a_kill_in_the_middle_it_goes_on_where_it_stopped(
    run: Run, store: Store, old: ServedModel, new: ServedModel, address: str, tmp_path: Path
) -> None:
    people = [enrol(store, old, writer, count=20) for writer in range(20)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "SERVE_DATABASE": address}
    command = [sys.executable, "-m", "serving", "reembed", "--model", "new", "--quiet"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment)
    while not embedded(store, new) and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    before = embedded(store, new)
    assert 0 < before < 400
    assert store.spaces.current() == old.space
    assert {person.state for person in store.people.search(limit=50).items} == {"ready"}
    assert f"references embedded: {400 - before};" in run("reembed", "--model", "new")
    assert store.spaces.current() == new.space
    for person in people:
        require_carried_over(store, person, new)


def embedded(store: Store, model: ServedModel) -> int:
    query = select(func.count()).select_from(EmbeddingRow).where(EmbeddingRow.space == model.space)
    with store.database.reading() as session:
        return session.scalar(query) or 0
