"""Reviewed decisions become labelled images, each once, under ids in place of names."""

import csv
import stat
from pathlib import Path

import pytest

from serving.commands import labelled_folder
from serving.commands.labelled_folder import Labelled
from serving.store.decision_rows import NewDecision
from serving.store.person import StoredImage
from serving.store.store import Store
from tests.serving.store.examples import doubtful, enrol, picture


def review(store: Store, decision: NewDecision, outcome: str) -> None:
    store.decisions.decide(store.decisions.add(decision), outcome, None, "key")


def rows(folder: Path) -> set[tuple[str, str, bytes]]:
    """Returns identity, kind and content of each image."""
    with (folder / "labels.csv").open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    contents = [(folder / line["path"]).read_bytes() for line in lines]
    found = {
        (line["identity"], line["kind"], content)
        for line, content in zip(lines, contents, strict=True)
    }
    assert len(found) == len(lines)
    return found


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "reviewed"


def test_what_was_accepted_is_genuine_and_what_was_rejected_a_forgery(
    store: Store, out: Path
) -> None:
    ada, ben = enrol(store, "Ada", 1, 2), enrol(store, "Ben", 3)
    enrol(store, "Nobody asked", 4)
    review(store, doubtful(ada.id, 900), "accept")
    review(store, doubtful(ada.id, 901), "reject")
    review(store, doubtful(ben.id, 902), "reject")
    store.decisions.add(doubtful(ben.id, 903))
    labelled = labelled_folder.write(store, out)
    assert rows(out) == {
        (ada.id, "genuine", picture(1)),
        (ada.id, "genuine", picture(2)),
        (ada.id, "genuine", picture(900)),
        (ada.id, "forgery", picture(901)),
        (ben.id, "genuine", picture(3)),
        (ben.id, "forgery", picture(902)),
    }
    assert (labelled.count("genuine"), labelled.count("forgery")) == (4, 2)
    assert (labelled.people, labelled.references) == ({ada.id, ben.id}, 3)


def test_what_cannot_be_labelled_is_counted_and_left_out(store: Store, out: Path) -> None:
    ada, gone = enrol(store, "Ada", 1), enrol(store, "Gone", 2)
    plain = doubtful(ada.id)
    review(store, NewDecision("verify", "review", "s", "v", ada.id, needs_review=True), "accept")
    review(store, doubtful(gone.id, 901), "accept")
    store.people.delete(gone.id)
    review(store, NewDecision("identify", "review", "s", "v", ada.id, image=plain.image,
                              needs_review=True), "reject")  # fmt: skip
    for outcome in ("accept", "reject", "accept"):
        review(store, doubtful(ada.id, 902), outcome)
    review(store, doubtful(ada.id, 1), "reject")
    labelled = labelled_folder.write(store, out)
    assert rows(out) == set()
    assert labelled == Labelled(
        kinds={},
        people={ada.id},
        references=1,
        without_image=1,
        without_person=1,
        unknown=1,
        contradictory=2,
    )
    assert [path for path in (out / "images").rglob("*") if path.is_file()] == []


def test_an_image_shown_twice_is_written_once_and_nobody_else_may_read_it(
    store: Store, out: Path
) -> None:
    ada = enrol(store, "Ada", 1)
    for _ in range(2):
        review(store, doubtful(ada.id, 900), "accept")
    labelled_folder.write(store, out)
    assert len(rows(out)) == 2
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert "Ada" not in (out / "labels.csv").read_text()


def test_images_keep_the_ending_of_their_format(store: Store, out: Path) -> None:
    ada = enrol(store, "Ada", 1)
    image = StoredImage(picture(900), "image/tiff")
    review(store, NewDecision("verify", "review", "s", "v", ada.id, image=image,
                              needs_review=True), "accept")  # fmt: skip
    labelled_folder.write(store, out)
    assert sorted(path.suffix for path in out.rglob("*.*") if path.name != "labels.csv") == [
        ".png",
        ".tiff",
    ]
