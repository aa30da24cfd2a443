from pathlib import Path

import pytest

from components.ingest import fingerprint, step
from components.shared.runtime.errors import InputError
from tests.ingest.conftest import folder_with, labels, params_for


def test_cedar_is_taken_from_the_folder_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = folder_with(
        tmp_path / "real", ["full_org/original_7_1.png", "full_forg/forgeries_7_1.png"]
    )
    monkeypatch.setenv("CEDAR_DIR", str(source))
    step.run(params_for("cedar"), tmp_path / "out")
    assert {identity for _, identity, _ in labels(tmp_path / "out")} == {"7"}


def test_a_missing_cedar_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CEDAR_DIR", str(tmp_path / "gone"))
    with pytest.raises(InputError, match=r"CEDAR_DIR=.*gone: no such folder"):
        step.run(params_for("cedar"), tmp_path / "out")


def test_bhsig260_is_taken_from_the_folder_that_the_environment_names_and_from_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BHSIG260_DIR", raising=False)
    with pytest.raises(InputError, match=r"bhsig260 is the folder or archive that BHSIG260_DIR"):
        step.run(params_for("bhsig260"), tmp_path / "out")
    source = folder_with(tmp_path / "real", ["B-S-7-G-01.tif", "B-S-7-F-01.tif"])
    monkeypatch.setenv("BHSIG260_DIR", str(source))
    step.run(params_for("bhsig260"), tmp_path / "out")
    assert {identity for _, identity, _ in labels(tmp_path / "out")} == {"B-7"}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nowhere", "nowhere: no such folder or file"),
        ("s3:/bucket/key", "s3:… is not supported"),
        ("s3://UP:PER/key", "'s3://UP:PER/key' is not of the form s3://bucket/key"),
        (
            "dvc:repository:data",
            "'dvc:repository:data' is not of the form dvc:<repository>@<revision>:<path>",
        ),
        (
            "dvc:git@example.org:some/repository:data",
            "is not of the form dvc:<repository>@<revision>:<path>",
        ),
        ("dvc:repository@v1:/data", "is not of the form dvc:<repository>@<revision>:<path>"),
        ("http://example.org/data.zip", "http:… is not supported"),
        ("ftp://example.org/data.zip", "ftp:… is not supported"),
        ("/dev/null", "neither a folder nor a file"),
    ],
)
def test_a_missing_or_unknown_source_is_one_clear_line(
    tmp_path: Path, source: str, message: str
) -> None:
    for action in (step.run, fingerprint.write):
        with pytest.raises(InputError, match=message) as error:
            action(params_for(source), tmp_path / "out")
        assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()


def test_a_hash_for_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["ann/1.png"])
    for name in ("sample", str(source)):
        with pytest.raises(InputError, match=r"ingest\.sha256"):
            step.run(params_for(name, sha256="0" * 64), tmp_path / "out")
