from pathlib import PurePosixPath

import pytest

from components.ingest.litter import absent_file, is_litter, uppermost

LITTER = [
    "__MACOSX",
    "._1.png",
    ".DS_Store",
    "Thumbs.db",
    "ehthumbs.db",
    "ehthumbs_vista.db",
    "desktop.ini",
    "@eaDir",
    "$RECYCLE.BIN",
    "System Volume Information",
    ".Spotlight-V100",
    ".Trashes",
    ".fseventsd",
    "lost+found",
    ".1.png.icloud",
    ".AppleDouble",
    "Icon\r",
    ".git",
]


@pytest.mark.parametrize("name", LITTER)
def test_litter_is_known_in_any_case(name: str) -> None:
    assert is_litter(name) and is_litter(name.upper()) and is_litter(name.lower())


@pytest.mark.parametrize("name", ["1.png", "Icon", "thumbs", "git", "1.icloud", "‌علی", "@ann", "$"])
def test_an_ordinary_name_is_no_litter(name: str) -> None:
    assert not is_litter(name)


def test_all_that_a_folder_of_litter_holds_is_that_folder() -> None:
    assert uppermost(PurePosixPath("a/@eaDir/.x/1.png")) == PurePosixPath("a/@eaDir")
    assert uppermost(PurePosixPath("a/.1.png")) == PurePosixPath("a/.1.png")
    assert uppermost(PurePosixPath("a/1.png")) is None


def test_a_placeholder_stands_for_a_file_in_icloud() -> None:
    assert absent_file(PurePosixPath("ann/.1.png.icloud")) == PurePosixPath("ann/1.png")
    for name in ("ann/1.png.icloud", "ann/.1.png", ".icloud", "ann/.icloud"):
        assert absent_file(PurePosixPath(name)) is None
