from pathlib import Path

import pytest

from components.ingest import step
from components.shared.runtime.errors import InputError
from tests.ingest.conftest import fingerprint_of, folder_with, labels, params_for, rows

NAMES = ["1/c-1.png", "1/cf-1.png", "deep/er/tree/2.png"]
HEAD = "path,identity,kind"


def table(folder: Path, text: str) -> Path:
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("above", ["", "top/", "top/b/"])
def test_a_csv_labels_the_images_of_any_tree(above: str, tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", [above + name for name in NAMES])
    lines = [HEAD, "1/c-1.png, 1,genuine", "1/cf-1.png,1,Forged", "deep/er/tree/2.png,José,real"]
    listed = table(tmp_path, "\ufeff" + "\n".join(lines) + "\n")
    step.run(params_for(source, layout=str(listed)), tmp_path / "out")
    assert labels(tmp_path / "out") == [
        ("1/c-1.png", "1", "genuine"),
        ("1/cf-1.png", "1", "forgery"),
        ("deep/er/tree/2.png", "José", "genuine"),
    ]
    assert "part" not in rows(tmp_path / "out")[0]


def test_a_csv_may_name_parts_and_lie_in_the_source_and_come_from_a_spreadsheet(
    tmp_path: Path,
) -> None:
    source = folder_with(tmp_path / "source", ["a/1.png", "Jose\u0301/1.png"])
    table(source, "path;identity;kind;part\r\na\\1.png;a;real;Training\r\n./Jos\u00e9/1.png;b;g")
    with pytest.raises(InputError, match=r"labels.csv: line 3: unknown kind 'g'"):
        step.run(params_for(source, layout="labels.csv"), tmp_path / "out")
    table(source, "path;identity;kind;part\r\na\\1.png;a;real;Training\r\n./Jos\u00e9/1.png;b;fake")
    step.run(params_for(source, layout="labels.csv"), tmp_path / "out")
    entries = [(row["identity"], row["kind"], row["part"]) for row in rows(tmp_path / "out")]
    assert entries == [("b", "forgery", ""), ("a", "genuine", "train")]


def test_images_that_the_csv_does_not_name_are_left_out_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = folder_with(tmp_path / "source", NAMES)
    listed = table(tmp_path, f"{HEAD}\n1/c-1.png,1,genuine\n")
    step.run(params_for(source, layout=str(listed)), tmp_path / "out")
    assert len(rows(tmp_path / "out")) == 1
    assert f"2 images are not in {listed}, such as 1/cf-1.png" in caplog.text


def test_a_changed_csv_changes_the_fingerprint(tmp_path: Path) -> None:
    params = params_for(
        folder_with(tmp_path / "source", NAMES), layout=str(table(tmp_path, f"{HEAD}\n"))
    )
    before = fingerprint_of(params, tmp_path)
    assert fingerprint_of(params, tmp_path) == before
    table(tmp_path, f"{HEAD}\n1/c-1.png,1,genuine\n")
    assert fingerprint_of(params, tmp_path) != before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "ingest.layout: .*labels.csv: no such file, neither here nor in the source"),
        ("", "first line must be path,identity,kind"),
        ("path,identity\n", "first line must be path,identity,kind"),
        (f"{HEAD}\n", "names no image"),
        (f"{HEAD}\n1/c-1.png,,genuine\n", "line 2 has no identity"),
        (f"{HEAD}\n1/c-1.png\n", "line 2 has no identity"),
        (
            f"{HEAD}\n1/c-1.png,1,ours\n",
            r"unknown kind 'ours' \(known: genuine, forgery, disguised\)",
        ),
        (f"{HEAD},part\n1/c-1.png,1,real,x\n", r"unknown part 'x' \(known: train, val, test\)"),
        (f"{HEAD}\n1/c-1.png,1,real\n./1/c-1.png,2,real\n", "line 3: '1/c-1.png' is named twice"),
        (
            f"{HEAD}\n1/c-1.png,1,real\n1/c-1.pgn,2,real\n",
            r"'1/c-1.pgn' is no image of the source \(did you mean '1/c-1.png'\?\); 1 of 2 paths",
        ),
        (f'{HEAD}\n1/c-1.png,"1\n2",real\n', "has a control character"),
    ],
)
def test_a_csv_that_labels_no_images_is_refused(
    text: str | None, message: str, tmp_path: Path
) -> None:
    source = folder_with(tmp_path / "source", NAMES)
    if text is not None:
        table(tmp_path, text)
    with pytest.raises(InputError, match=message):
        step.run(params_for(source, layout=str(tmp_path / "labels.csv")), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_all_paths_without_an_image_are_in_the_csv_that_the_message_names(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", NAMES)
    table(tmp_path, f"{HEAD}\n1/c-1.png,1,real\n1/x.png,1,real\n1/y.png,1,real\n")
    listed = tmp_path / "out-missing.csv"
    with pytest.raises(InputError, match=rf"2 of 3 paths are such; all of them: {listed}$"):
        step.run(params_for(source, layout=str(tmp_path / "labels.csv")), tmp_path / "out")
    assert listed.read_text(encoding="utf-8") == "path\n1/x.png\n1/y.png\n"
