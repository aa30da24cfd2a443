from pathlib import PurePosixPath

import pytest

from components.ingest.archives.limits import Gate, Limits, Member, inside
from components.shared.runtime.errors import InputError


def gate(limits: Limits, archived: int = 100) -> Gate:
    return Gate("data.zip", limits, archived)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a/1.png", "a/1.png"),
        ("./a//1.png", "a/1.png"),
        ("a\\1.png", "a\\1.png"),
        ("..\\1.png", None),
        ("a\\..\\1.png", None),
        ("\\1.png", None),
        ("..a/1.png", "..a/1.png"),
        ("../1.png", None),
        ("a/../../1.png", None),
        ("a/../1.png", None),
        ("/1.png", None),
        ("C:/1.png", None),
        ("\\\\server\\share\\1.png", None),
        ("a\0.png", None),
    ],
)
def test_a_name_is_a_path_below_the_folder_or_none(name: str, path: str | None) -> None:
    assert inside(name) == (None if path is None else PurePosixPath(path))


def test_members_are_admitted_up_to_each_limit_and_not_beyond() -> None:
    roomy = Limits(files=2, bytes=60, ratio=0.6)
    admitted = gate(roomy)
    assert admitted.admit(Member("a", 0, "folder")) == PurePosixPath("a")
    assert admitted.admit(Member("a/1.png", 60, "file")) == PurePosixPath("a/1.png")
    with pytest.raises(InputError, match="more than 2 entries"):
        admitted.admit(Member("a/2.png", 0, "file"))
    with pytest.raises(InputError, match="more than 60 bytes"):
        gate(roomy).admit(Member("1.png", 61, "file"))
    with pytest.raises(InputError, match=r"more than 0\.6 times its size"):
        gate(roomy, archived=99).admit(Member("1.png", 60, "file"))


def test_a_refusal_names_the_archive_and_the_member() -> None:
    limits = Limits(10, 1000, 100)
    for member in (Member("l", 0, "other"), Member("../x", 1, "file"), Member(".", 1, "file")):
        with pytest.raises(InputError, match=r"^data\.zip: holds .*: refused$") as error:
            gate(limits).admit(member)
        assert repr(member.name) in str(error.value)


def test_a_folder_may_be_named_twice_and_a_file_may_not() -> None:
    folders = gate(Limits(10, 1000, 100))
    assert folders.admit(Member("a", 0, "folder")) == folders.admit(Member("a/", 0, "folder"))
    folders.admit(Member("a/1.png", 1, "file"))
    with pytest.raises(InputError, match="twice"):
        folders.admit(Member("a/./1.png", 1, "file"))
