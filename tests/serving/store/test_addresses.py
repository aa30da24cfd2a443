"""The default address is one that the store takes."""

from pathlib import Path

import pytest

from serving.store.addresses import DEFAULT
from serving.store.database import Database


def test_the_default_is_a_file_below_the_folder_of_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = Database(DEFAULT)
    assert database.path == Path("serving-data/signatures.db")
    assert (tmp_path / database.path).is_file()
    database.close()
