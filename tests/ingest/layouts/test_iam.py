from pathlib import Path

import pytest

from components.ingest import layout, listing
from components.ingest.layouts import iam
from components.ingest.layouts.labels import Scan
from components.shared.runtime.errors import InputError
from tests.ingest.conftest import folder_with
from tests.ingest.layouts.trees import labelled

FORMS = """#--- forms.txt ---#
# format: a01-000u 000 2 prt 7 5 52 36
a01-000u 000 2 prt 7 5 52 36
a01-003 002 2 all 8 8 50 50

b02-097 000 3 all 9 9 71 71
"""
WORDS = ("words/a01/a01-000u/a01-000u-00-00.png", "words/b02/b02-097/b02-097-08-06.png")
LINES = ("lines/a01/a01-000u/a01-000u-00.png", "lines/a01/a01-003/a01-003-07.png")
SENTENCES = (
    "sentences/a01/a01-003/a01-003-s01-02.png",
    "sentences/a01/a01-000u/a01-000u-s00-00.png",
)
PAGES = ("formsA-D/a01-000u.png", "formsA-D/a01-003.png", "formsA-D/b02-097.png")
WRITERS = {"a01-000u": "000", "a01-003": "002", "b02-097": "000"}


def scan_of(folder: Path, names: tuple[str, ...], forms: str | None = FORMS) -> Scan:
    """Reads a generated tree, with forms.txt where it is not None."""
    folder_with(folder, names)
    if forms is not None:
        (folder / "ascii").mkdir()
        (folder / "ascii/forms.txt").write_text(forms, encoding="utf-8")
    files = listing.read(folder, "iam").files
    return iam.scan(files, [file for file in files if listing.is_image(file.path)])


@pytest.mark.parametrize("names", [WORDS, LINES, SENTENCES, PAGES])
def test_forms_txt_gives_the_writer_of_words_lines_and_forms(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    labels = labelled(scan_of(tmp_path, names))
    assert labels == {
        name: (next(WRITERS[form] for form in WRITERS if form in name), "genuine") for name in names
    }


def test_auto_takes_iam_where_forms_txt_is_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    scan_of(tmp_path, WORDS)
    with caplog.at_level("INFO"):
        scan = layout.scan(listing.read(tmp_path, "iam").files, "auto", "iam")
    assert {image.labels.identity for image in scan.images} == {"000"}
    assert "auto takes iam" in caplog.text


def test_the_same_writing_is_not_taken_twice(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds lines and words of IAM, which show the same"):
        scan_of(tmp_path, WORDS + LINES)


def test_a_form_without_a_writer_is_misplaced(tmp_path: Path) -> None:
    scan = scan_of(tmp_path, (*PAGES, "formsE-H/e01-014.png"))
    assert list(map(str, scan.misplaced)) == ["formsE-H/e01-014.png"]


def test_without_forms_txt_or_with_other_names_nothing_is_iam(tmp_path: Path) -> None:
    assert not scan_of(tmp_path / "a", WORDS, None).images
    assert not scan_of(tmp_path / "b", ("ann/1.png", "bob/2.png"), "Forms of the year\n").images


def test_a_damaged_forms_txt_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ascii/forms.txt: line 1 does not begin with form"):
        scan_of(tmp_path, PAGES, "a01-000u\n")
