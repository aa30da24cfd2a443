"""The export of reviewed decisions by the command line, and ingest, which reads it."""

from pathlib import Path

import pandas as pd

from components.ingest import step
from components.ingest.params import IngestParams
from serving.store.decision_rows import NewDecision
from serving.store.person import StoredImage
from serving.store.store import Store
from tests.serving.bundles import signature
from tests.serving.commands.conftest import Run
from tests.serving.store.examples import enrol


def review(store: Store, person_id: str, number: int, outcome: str) -> None:
    image = StoredImage(signature(1, number), "image/png")
    decision = NewDecision("verify", "review", "s", "v", person_id, image=image, needs_review=True)
    store.decisions.decide(store.decisions.add(decision), outcome, None, "key")


def test_ingest_reads_what_was_written(run: Run, store: Store, tmp_path: Path) -> None:
    person = enrol(store, "Ada", 1)
    for number, outcome in enumerate(["accept", "accept", "reject"]):
        review(store, person.id, number, outcome)
    assert run("reviewed", "--out", "out") == (
        "out: people: 1; images: 4; genuine: 3; forgeries: 1\n"
    )
    reference = next(
        path for path in (tmp_path / "out").rglob("*.png") if path.stat().st_size < 500
    )
    reference.write_bytes(signature(1, 9))  # the store's own examples are no pictures
    params = IngestParams(source=str(tmp_path / "out"), layout="labels.csv")
    step.run(params, tmp_path / "raw")
    catalog = pd.read_csv(tmp_path / "raw" / "catalog.csv", dtype=str)
    assert set(catalog["identity"]) == {person.id}
    assert sorted(catalog["kind"]) == ["forgery", "genuine", "genuine", "genuine"]
    assert [line.action for line in store.audit.list().items] == ["export of reviewed decisions"]


def test_a_folder_with_something_else_and_a_store_without_reviews_are_refused(
    run: Run, store: Store, tmp_path: Path
) -> None:
    assert "nobody has reviewed" in run("reviewed", "--out", "out")
    assert not (tmp_path / "out").exists()
    person = enrol(store, "Ada", 1)
    review(store, person.id, 1, "accept")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    assert "something else is there" in run("reviewed", "--out", "mine")
    for _ in range(2):
        assert run("reviewed", "--out", "out").startswith("out: people: 1; images: 2")
