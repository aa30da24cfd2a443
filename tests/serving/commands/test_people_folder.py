from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from serving.commands import people_folder


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_each_folder_is_a_person_and_litter_is_none(tmp_path: Path) -> None:
    touch(tmp_path, "Bob/2.JPG", "Bob/1.png", "Bob/notes.txt", "Ada/a.tif")
    touch(tmp_path, ".git/a.png", "empty/notes.txt", "lone.png")
    people = people_folder.read(tmp_path)
    assert [person.name for person in people] == ["Ada", "Bob"]
    assert [path.name for path in people[1].paths] == ["1.png", "2.JPG"]


def test_beside_a_folder_of_genuine_ones_nothing_counts(tmp_path: Path) -> None:
    touch(tmp_path, "Ada/genuine/1.png", "Ada/genuine/2.png", "Ada/forgery/1.png", "Ada/0.png")
    [ada] = people_folder.read(tmp_path, most=1)
    assert ada.paths == [tmp_path / "Ada" / "genuine" / "1.png"]


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_folder_without_people_is_bad_input(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="folder"):
        people_folder.read(tmp_path / name)
