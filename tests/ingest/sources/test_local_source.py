import os
from pathlib import Path

import pytest

from components.ingest import step
from components.shared.runtime.errors import InputError
from tests.ingest.archives.archive_files import Item, zip_bytes
from tests.ingest.conftest import fingerprint_of, folder_with, params_for


def test_nothing_changed_gives_the_same_bytes(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["a/1.png", "b/1.png"])
    assert fingerprint_of(params_for(source), tmp_path) == fingerprint_of(
        params_for(source), tmp_path
    )


def test_every_change_of_a_folder_is_noticed(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["a/1.png", "b/1.png"])
    prints = [fingerprint_of(params_for(source), tmp_path)]
    folder_with(source, ["b/2.png"])
    prints.append(fingerprint_of(params_for(source), tmp_path))
    (source / "b/2.png").rename(source / "a/2.png")
    prints.append(fingerprint_of(params_for(source), tmp_path))
    os.utime(source / "a/2.png", ns=(1, 1))
    prints.append(fingerprint_of(params_for(source), tmp_path))
    (source / "a/2.png").write_bytes(b"")
    os.utime(source / "a/2.png", ns=(1, 1))
    prints.append(fingerprint_of(params_for(source), tmp_path))
    assert len(set(prints)) == len(prints)


def test_litter_of_file_managers_is_no_change(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["a/1.png"])
    before = fingerprint_of(params_for(source), tmp_path)
    folder_with(source, [".DS_Store", "a/Thumbs.db", "__MACOSX/a/._1.png"])
    assert fingerprint_of(params_for(source), tmp_path) == before


def test_no_absolute_path_is_in_it_and_the_place_does_not_matter(tmp_path: Path) -> None:
    prints = []
    for place in ("one", "two"):
        source = folder_with(tmp_path / place / "source", ["a/1.png", "b/1.png"])
        for file in source.rglob("*.png"):
            os.utime(file, ns=(1, 1))
        prints.append(fingerprint_of(params_for(source), tmp_path))
    assert prints[0] == prints[1]
    assert str(tmp_path) not in prints[0]


def test_a_replaced_archive_is_noticed(tmp_path: Path) -> None:
    archive = tmp_path / "data.zip"
    archive.write_bytes(b"one")
    before = fingerprint_of(params_for(archive), tmp_path)
    assert fingerprint_of(params_for(archive), tmp_path) == before
    archive.write_bytes(b"other")
    assert fingerprint_of(params_for(archive), tmp_path) != before


def test_an_archive_with_another_hash_is_refused_and_kept(tmp_path: Path) -> None:
    archive = tmp_path / "data.zip"
    archive.write_bytes(zip_bytes([Item("ann/1.png", b"1")]))
    with pytest.raises(InputError, match=r"not ingest.sha256 0000"):
        step.run(params_for(archive, sha256="0" * 64), tmp_path / "out")
    assert archive.exists()
    assert not (tmp_path / "out").exists()
