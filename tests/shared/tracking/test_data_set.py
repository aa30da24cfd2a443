"""The data set of a run."""

import hashlib
from pathlib import Path

import pytest

from components.shared.tracking.data_set import DataSet, describe


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("sample", "sample"),
        ("/data/Büro scans", "Büro scans"),
        ("scans/signatures.tar.gz", "signatures"),
        ("s3://bucket/2024/signatures.zip", "signatures"),
        ("https://example.org/2/faces.zip", "faces"),
        ("dvc:https://example.org/data@v1.2:raw/photos", "photos"),
    ],
)
def test_a_data_set_is_called_as_its_collection(source: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "index.parquet").write_bytes(b"index")
    revision = hashlib.sha256(b"index").hexdigest()[:12]
    found = describe({"ingest.source": source}, tmp_path / "index.parquet")
    assert found == DataSet(name, revision, source)


def test_the_revision_is_that_of_a_versioned_source() -> None:
    params = {"ingest.source": "dvc:../data@main:raw", "ingest.origin.commit": "0123456789abcdef"}
    assert describe(params, Path("index.parquet")).revision == "0123456789ab"


def test_no_password_is_recorded() -> None:
    params = {
        "ingest.source": "https://anna:secret@host/faces.zip?sig=secret",
        "ingest.origin.etag": "'\"ab12\"'",
    }
    assert describe(params, Path("x")) == DataSet("faces", "ab12", "https://host/faces.zip")


def test_data_of_unknown_origin_are_called_as_their_folder(tmp_path: Path) -> None:
    (tmp_path / "index.parquet").write_bytes(b"index")
    assert describe({}, tmp_path / "index.parquet").name == tmp_path.name


def test_several_collections_are_one_data_set(tmp_path: Path) -> None:
    (tmp_path / "index.parquet").write_bytes(b"index")
    params = {"ingest.source": "[{name: a, source: https://u:p@host/x}, {name: b, source: /b}]"}
    found = describe(params, tmp_path / "index.parquet")
    assert found.name == "a+b"
    assert "u:p" not in found.source
