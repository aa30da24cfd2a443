"""The contract that all kinds of source keep."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.ingest.params import IngestParams
from components.ingest.sources import cached_download
from components.ingest.sources.resolve import resolve
from components.ingest.sources.source import ImportedImages, Source
from components.shared.runtime.errors import InputError
from components.shared.storage.files import manifest
from tests import s3_server
from tests.ingest.sources import places
from tests.ingest.sources.places import Place

PATHS = sorted(name for name in places.NAMES if name.endswith(".png"))


@pytest.fixture(params=places.KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(
    kind: str, s3: s3_server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    monkeypatch.setattr(cached_download, "FIRST_PAUSE", 0.001)
    with places.KINDS[kind](tmp_path, s3) as place:
        yield place


def source_of(place: Place) -> Source:
    return resolve(IngestParams.model_validate({"source": place.source, **place.options}))


def bring(place: Place, folder: Path) -> ImportedImages:
    folder.mkdir()
    return source_of(place).bring(folder)


def test_the_facts_name_the_kind_and_are_the_same_while_nothing_changes(
    place: Place, kind: str
) -> None:
    facts = source_of(place).facts()
    assert facts["kind"] == source_of(place).kind == kind.partition(" ")[0]
    assert json.loads(json.dumps(facts)) == source_of(place).facts()


def test_the_facts_change_with_the_content(place: Place) -> None:
    before = source_of(place).facts()
    place.change()
    assert source_of(place).facts() != before


def test_no_path_of_this_machine_and_no_secret_is_among_the_facts(
    place: Place, tmp_path: Path
) -> None:
    text = json.dumps(source_of(place).facts())
    assert str(tmp_path) not in text
    assert places.SECRET not in text


def test_the_folder_holds_the_images_of_the_entries_and_nothing_else(
    place: Place, tmp_path: Path
) -> None:
    images = bring(place, tmp_path / "out")
    hashes = {entry.path: entry.sha256 for entry in images.entries}
    assert len(hashes) == len(images.entries) >= 4
    for path, digest in hashes.items():
        assert hashlib.sha256((tmp_path / "out" / path).read_bytes()).hexdigest() == digest
    assert manifest(tmp_path / "out").keys() == hashes.keys()
    folders = {str(path) for path in (tmp_path / "out").iterdir()}
    assert folders == {str(tmp_path / "out" / path.partition("/")[0]) for path in hashes}


@pytest.mark.parametrize("kind", [kind for kind in places.KINDS if kind != "sample"])
def test_the_same_images_come_from_wherever_they_lie(place: Place, tmp_path: Path) -> None:
    images = bring(place, tmp_path / "out")
    entries = sorted(images.entries, key=lambda entry: entry.path)
    assert [entry.path for entry in entries] == PATHS
    assert [entry.identity for entry in entries] == ["ann", "ann", "bob", "bob"]
    assert [entry.kind for entry in entries] == ["genuine", "genuine", "forgery", "genuine"]
    for path in PATHS:
        assert (tmp_path / "out" / path).read_bytes() == places.contents()[path]


def test_a_second_run_brings_the_same_and_what_has_changed(place: Place, tmp_path: Path) -> None:
    first = bring(place, tmp_path / "one")
    assert bring(place, tmp_path / "two").entries == first.entries
    place.change()
    third = {entry.path for entry in bring(place, tmp_path / "three").entries}
    assert third > {entry.path for entry in first.entries}


def test_the_version_is_the_facts_where_the_kind_has_versions(place: Place, tmp_path: Path) -> None:
    images, source = bring(place, tmp_path / "out"), source_of(place)
    assert images.version == (source.facts() if source.kind in {"s3", "dvc"} else {})


@pytest.mark.parametrize(
    "source",
    [
        "http://127.0.0.1:9/data.zip",
        "s3://data/nothing-here",
        "dvc:nowhere@HEAD:data",
        "empty",
    ],
)
def test_a_place_without_images_is_one_clear_line_from_both_methods(
    source: str, s3: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_download, "FIRST_PAUSE", 0.001)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "out").mkdir()
    missing = resolve(IngestParams(source=source))
    for method in (missing.facts, lambda: missing.bring(tmp_path / "out")):
        with pytest.raises(InputError) as error:
            method()
        assert "\n" not in str(error.value)
    assert list((tmp_path / "out").iterdir()) == []
