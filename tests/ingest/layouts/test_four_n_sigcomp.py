from pathlib import Path

import pytest

from components.ingest import layout, listing
from components.ingest.layouts import four_n_sigcomp
from components.ingest.layouts.labels import Scan
from components.shared.runtime.errors import InputError
from tests.ingest.conftest import folder_with
from tests.ingest.layouts.trees import labelled

NAMES = (
    "Testset/Ref/A1/K001.PNG",
    "Testset/Ref/A2/K015.PNG",
    "Testset/Questioned/A1/Q001.png",
    "Testset/Questioned/A1/Q002.png",
    "Testset/Questioned/A1/Q034test.png",
    "Testset/Questioned/A2/Q001.png",
)
KEYS = {
    "A1": "disguised,genuine,simulated\n1,34,2\n",
    "A2": "Simulated;x\n".replace(";", ",") + "1,9\n",
}


def scan_of(folder: Path, keys: dict[str, str]) -> Scan:
    """Reads a generated tree with these tables."""
    folder_with(folder, NAMES)
    for author, text in keys.items():
        (folder / "Testset" / f"{author}.csv").write_text(text, encoding="utf-8")
    files = listing.read(folder, "source").files
    return four_n_sigcomp.scan(files, [file for file in files if listing.is_image(file.path)])


def test_the_key_gives_the_kind_of_a_questioned_signature(tmp_path: Path) -> None:
    kinds = ["genuine", "genuine", "disguised", "forgery", "genuine", "forgery"]
    scan = scan_of(tmp_path, KEYS)
    authors = ["A1", "A2", "A1", "A1", "A1", "A2"]
    assert labelled(scan) == dict(zip(NAMES, zip(authors, kinds, strict=True), strict=True))
    assert labelled(layout.scan(listing.read(tmp_path, "s").files, "auto", "s")) == labelled(scan)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (None, r"A1.csv is missing: save the sheet A1 of the key"),
        ("", "A1.csv: its first line must have the headings"),
        ("number,kind\n1,2\n", "A1.csv: its first line must have the headings"),
        ("genuine,simulated\n1,2\n", r"A1.csv does not name Testset/Questioned/A1/Q034test.png"),
        ("genuine,simulated\n1,2\n2,\n", r"A1.csv: line 3: '2' is no number, or has two kinds"),
        ("genuine,simulated\nyes,2\n", r"A1.csv: line 2: 'yes' is no number"),
    ],
)
def test_a_key_that_is_missing_or_incomplete_is_refused(
    key: str | None, message: str, tmp_path: Path
) -> None:
    keys = {"A2": KEYS["A2"]} if key is None else {**KEYS, "A1": key}
    with pytest.raises(InputError, match=message):
        scan_of(tmp_path, keys)


def test_other_trees_are_left_alone(tmp_path: Path) -> None:
    files = listing.read(folder_with(tmp_path, ["a/1.png", "b/1.png", "Ref/A1/K1.png"]), "s").files
    assert not four_n_sigcomp.scan(files, files).images
