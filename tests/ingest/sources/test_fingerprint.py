import json
import os
from pathlib import Path

import pytest

from components.ingest import step
from components.ingest.params import IngestParams, SampleParams
from components.shared.runtime.errors import InputError
from tests.ingest.conftest import filled, of


def printed(params: IngestParams, folder: Path) -> str:
    step.fingerprint(params, folder / "source.json")
    return (folder / "source.json").read_text()


def test_nothing_changed_gives_the_same_bytes(tmp_path: Path) -> None:
    source = filled(tmp_path / "source", ["a/1.png", "b/1.png"])
    assert printed(of(source), tmp_path) == printed(of(source), tmp_path)


def test_every_change_of_a_folder_is_noticed(tmp_path: Path) -> None:
    source = filled(tmp_path / "source", ["a/1.png", "b/1.png"])
    seen = [printed(of(source), tmp_path)]
    filled(source, ["b/2.png"])
    seen.append(printed(of(source), tmp_path))
    (source / "b/2.png").rename(source / "a/2.png")
    seen.append(printed(of(source), tmp_path))
    os.utime(source / "a/2.png", ns=(1, 1))
    seen.append(printed(of(source), tmp_path))
    (source / "a/2.png").write_bytes(b"")
    os.utime(source / "a/2.png", ns=(1, 1))
    seen.append(printed(of(source), tmp_path))
    assert len(set(seen)) == len(seen)


def test_litter_of_file_managers_is_no_change(tmp_path: Path) -> None:
    source = filled(tmp_path / "source", ["a/1.png"])
    before = printed(of(source), tmp_path)
    filled(source, [".DS_Store", "a/Thumbs.db", "__MACOSX/a/._1.png"])
    assert printed(of(source), tmp_path) == before


def test_no_absolute_path_is_in_it_and_the_place_does_not_matter(tmp_path: Path) -> None:
    seen = []
    for place in ("one", "two"):
        source = filled(tmp_path / place / "source", ["a/1.png", "b/1.png"])
        for file in source.rglob("*.png"):
            os.utime(file, ns=(1, 1))
        seen.append(printed(of(source), tmp_path))
    assert seen[0] == seen[1]
    assert str(tmp_path) not in seen[0]


def test_a_replaced_archive_is_noticed(tmp_path: Path) -> None:
    archive = tmp_path / "data.zip"
    archive.write_bytes(b"one")
    before = printed(of(archive), tmp_path)
    assert printed(of(archive), tmp_path) == before
    archive.write_bytes(b"other")
    assert printed(of(archive), tmp_path) != before


def test_the_sample_is_told_by_its_parameters_and_the_generator(tmp_path: Path) -> None:
    first = printed(IngestParams(sample=SampleParams(seed=1)), tmp_path)
    assert first == printed(IngestParams(sample=SampleParams(seed=1)), tmp_path)
    assert first != printed(IngestParams(sample=SampleParams(seed=2)), tmp_path)
    facts = json.loads(first)
    assert facts["seed"] == 1
    assert "version" in facts


def test_an_empty_source_is_refused_and_an_older_fingerprint_stays(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "source.json").write_text("before")
    with pytest.raises(InputError, match="is empty"):
        step.fingerprint(of(tmp_path / "empty"), tmp_path / "source.json")
    assert (tmp_path / "source.json").read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 2


def test_real_cedar_is_fingerprinted_and_understood(cedar_dir: Path, tmp_path: Path) -> None:
    from components.ingest import layout
    from components.ingest.listing import files

    facts = json.loads(printed(of(cedar_dir), tmp_path))
    assert facts["files"] == 2640
    found = layout.scan(files(cedar_dir), "auto", "cedar")
    assert not found.misplaced
    assert {image.identity for image in found.images} == {str(writer) for writer in range(1, 56)}
    for kind in ("genuine", "forgery"):
        assert sum(image.kind == kind for image in found.images) == 55 * 24
