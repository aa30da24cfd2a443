"""Raw images with a catalog."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from components.evaluate.external.ingested import ingested
from components.shared.runtime.errors import InputError
from tests.pictures import encode, strokes


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two identities, three genuine images and two forgeries each, a folder for each kind."""
    folder = tmp_path / "photos"
    for identity in ("anna", "bo"):
        for kind, count in (("genuine", 3), ("forgery", 2)):
            (folder / identity / kind).mkdir(parents=True)
            for number in range(count):
                data = encode(strokes(len(identity) + number))
                (folder / identity / kind / f"{number}.png").write_bytes(data)
    return folder


def test_an_archive_is_read_by_ingest_and_left_nowhere(photos: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "photos"), "zip", photos)
    with ingested(archive, "folder", tmp_path / "out") as raw:
        catalog = pd.read_csv(raw / "catalog.csv", dtype=str)
        assert catalog["kind"].value_counts().to_dict() == {"genuine": 6, "forgery": 4}
        assert (raw / catalog["path"][0]).is_file()
    assert not raw.exists()


def test_a_folder_with_a_catalog_is_used_as_it_is(photos: Path) -> None:
    (photos / "catalog.csv").write_text("path,identity,kind,sha256\n")
    with ingested(str(photos), "auto", photos / "out") as raw:
        assert raw == photos
    assert photos.exists()


def test_a_refusal_of_ingest_is_raised_in_its_words_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    nowhere, out = str(tmp_path / "nowhere"), tmp_path / "out"
    with pytest.raises(InputError, match="nowhere"), ingested(nowhere, "auto", out):
        pass
    assert "error: " not in capfd.readouterr().err


def test_the_table_of_misplaced_images_is_where_the_message_says(
    photos: Path, tmp_path: Path
) -> None:
    names = [photos / "carl" / "monday" / f"{number}.png" for number in range(3)]
    for name in names:
        name.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(photos / "anna" / "genuine" / "0.png", name)
    out = tmp_path / "reports" / "external"
    with pytest.raises(InputError) as error, ingested(str(photos), "folder", out):
        pass
    table = Path(str(error.value).rpartition("all of them: ")[2])
    assert table == tmp_path / "reports" / "external-misplaced.csv"
    expected = ["path", *(str(name.relative_to(photos)) for name in names)]
    assert table.read_text(encoding="utf-8").splitlines() == expected


def test_another_end_of_ingest_ends_the_command_with_its_code(
    photos: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    with pytest.raises(SystemExit) as ending, ingested(str(photos), "folder", tmp_path / "out"):
        pass
    assert ending.value.code == 1
