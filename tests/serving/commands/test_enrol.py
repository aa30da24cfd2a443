"""A folder of people by the command line: counted, resumed, refused with reasons."""

from pathlib import Path

import pytest

from serving.store.store import Store
from tests.serving.bundles import blank, signature, write_served_bundle
from tests.serving.commands.conftest import Run


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_served_bundle(tmp_path / "models" / "frozen")


def put(folder: Path, name: str, images: list[bytes]) -> None:
    (folder / name).mkdir(parents=True)
    for number, image in enumerate(images):
        (folder / name / f"{number}.png").write_bytes(image)


def enrolled(store: Store) -> dict[str, int]:
    return {person.name: len(person.references) for person in store.people.search().items}


def test_people_are_enrolled_and_those_there_already_skipped(
    run: Run, store: Store, bundle: Path, tmp_path: Path
) -> None:
    people = tmp_path / "people"
    put(people, "Ada", [signature(1, 0), signature(1, 1), blank()])
    put(people, "Bob", [signature(2, 0)])
    put(people, "Nobody", [blank(), b"x"])
    first = run("enrol", str(people))
    assert first.startswith("2 people enrolled, 3 references; 0 were enrolled already; 3 images")
    assert f"{people}/Ada/2.png: blank image" in first
    assert "Nobody: not enrolled" in first
    assert enrolled(store) == {"Ada": 2, "Bob": 1}
    put(people, "Cy", [signature(3, 0)])
    second = run("enrol", str(people))
    assert second.startswith("1 people enrolled, 1 references; 2 were enrolled already")
    assert enrolled(store) == {"Ada": 2, "Bob": 1, "Cy": 1}
    actions = [(line.action, line.outcome) for line in store.audit.list().items]
    assert actions == [
        ("enrol", "1 references"),
        ("enrol", "1 references"),
        ("enrol", "2 references"),
    ]


def test_an_image_of_somebody_else_is_refused_alone(
    run: Run, store: Store, bundle: Path, tmp_path: Path
) -> None:
    people = tmp_path / "people"
    put(people, "Ada", [signature(1, 0)])
    put(people, "Bob", [signature(2, 0), signature(1, 0), signature(2, 1)])
    told = run("enrol", str(people))
    assert f"{people}/Bob/1.png: it is a reference already" in told
    assert enrolled(store) == {"Ada": 1, "Bob": 2}


def test_no_more_images_than_asked_for(
    run: Run, store: Store, bundle: Path, tmp_path: Path
) -> None:
    put(tmp_path / "people", "Ada", [signature(1, number) for number in range(4)])
    run("enrol", str(tmp_path / "people"), "--most", "2")
    assert enrolled(store) == {"Ada": 2}


def test_bad_input_is_one_line(run: Run, bundle: Path, tmp_path: Path) -> None:
    assert "no such folder" in run("enrol", "missing")
    put(tmp_path / "people", "Ada", [signature(1, 0)])
    assert "1 image or more" in run("enrol", str(tmp_path / "people"), "--most", "0")


def test_people_of_another_model_are_not_mixed(
    run: Run, store: Store, bundle: Path, tmp_path: Path
) -> None:
    put(tmp_path / "people", "Ada", [signature(1, 0)])
    run("enrol", str(tmp_path / "people"))
    other = write_served_bundle(tmp_path / "other", seed=1)
    put(tmp_path / "more", "Bob", [signature(2, 0)])
    told = run("enrol", str(tmp_path / "more"), "--model", str(other))
    assert "people of another model" in told
    assert enrolled(store) == {"Ada": 1}
