"""Fingerprints of sources: which change of a source each kind notices."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from components.ingest import fingerprint
from components.ingest.sources import cached_download
from components.shared.runtime.errors import InputError
from tests.ingest.conftest import folder_with, params_for
from tests.ingest.web_server import serving

IMAGES = ["a/1.png", "b/1.png"]


def content_of(source: Path | str, **others: object) -> str:
    return fingerprint.of_content(params_for(source, **others))


def test_an_empty_source_is_refused_and_an_older_fingerprint_stays(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "source.json").write_text("before")
    for write in (lambda p: fingerprint.write(p, tmp_path / "source.json"), fingerprint.of_content):
        with pytest.raises(InputError, match="it is empty"):
            write(params_for(tmp_path / "empty"))
    assert (tmp_path / "source.json").read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 2


def test_the_same_content_at_another_place_and_time_is_the_same(tmp_path: Path) -> None:
    first = folder_with(tmp_path / "one", IMAGES)
    second = folder_with(tmp_path / "two", IMAGES)
    os.utime(second / "a/1.png", ns=(1, 1))
    assert content_of(first) == content_of(second)
    assert str(tmp_path) not in content_of(first)


def test_other_content_of_the_same_size_and_time_is_another(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", IMAGES)
    prints = [content_of(source)]
    before = (source / "a/1.png").stat()
    (source / "a/1.png").write_bytes((source / "a/1.png").read_bytes()[::-1])
    os.utime(source / "a/1.png", ns=(before.st_atime_ns, before.st_mtime_ns))
    prints.append(content_of(source))
    (source / "a/1.png").rename(source / "a/2.png")
    prints.append(content_of(source))
    assert len(set(prints)) == 3


def test_it_is_short_however_many_files_there_are(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", [f"a/{number}.png" for number in range(200)])
    assert len(content_of(source)) < 200


def test_an_archive_is_known_by_its_content(tmp_path: Path) -> None:
    contents = (("one.zip", b"1"), ("copy.zip", b"1"), ("other.zip", b"2"))
    prints = []
    for name, content in contents:
        (tmp_path / name).write_bytes(content)
        prints.append(content_of(tmp_path / name))
    assert prints[0] == prints[1] != prints[2]


def test_a_download_is_made_only_where_the_server_tells_no_change() -> None:
    with serving(b"one") as served:
        first = content_of(served.address)
        assert served.sent == 0
        served.etag = '"two"'
        assert content_of(served.address) != first
        served.etag, prints = None, []
        for content in (b"one", b"one", b"two"):
            served.content = content
            prints.append(content_of(served.address))
    assert prints[0] == prints[1] != prints[2]


def test_the_sample_is_known_by_its_parameters() -> None:
    prints = [content_of("sample", sample={"seed": seed}) for seed in (1, 1, 2)]
    assert prints[0] == prints[1] != prints[2]


def test_of_several_sources_each_is_known_and_a_missing_one_is_named(tmp_path: Path) -> None:
    folder_with(tmp_path / "a", IMAGES)

    def several(*names: str) -> Any:
        listed = [{"name": name, "source": str(tmp_path / name)} for name in names]
        return params_for("sample").model_validate({"source": listed})

    before = fingerprint.of_content(several("a"))
    assert list(json.loads(before)["collections"]) == ["a"]
    (tmp_path / "a/a/1.png").write_bytes(b"changed")
    assert fingerprint.of_content(several("a")) != before
    with pytest.raises(InputError, match=r"collection b: .*no such folder"):
        fingerprint.of_content(several("a", "b"))


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", IMAGES)
    (source / "a/1.png").chmod(0)
    if os.access(source / "a/1.png", os.R_OK):
        pytest.skip("this user may read every file")
    with pytest.raises(InputError, match=r"a/1\.png: cannot be read: Permission denied"):
        content_of(source)


def test_the_csv_that_labels_the_images_belongs_to_it(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", IMAGES)
    table = tmp_path / "labels.csv"
    prints = []
    for kind in ("genuine", "genuine", "forgery"):
        table.write_text(f"path,identity,kind\na/1.png,a,{kind}\n")
        prints.append(content_of(source, layout=str(table)))
    assert prints[0] == prints[1] != prints[2]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached_download, "FIRST_PAUSE", 0.001)
