import json
from pathlib import Path

import pytest

from components.ingest import fingerprint, step
from components.ingest.sources import cached_download
from components.shared.runtime.errors import InputError
from components.shared.storage.files import sha256
from tests.ingest.archives.archive_files import numbered_zip
from tests.ingest.conftest import params_for
from tests.ingest.web_server import ServedFile, serving

ARCHIVE = numbered_zip(20, size=3000)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached_download, "FIRST_PAUSE", 0.001)


def gets(served: ServedFile) -> list[str | None]:
    return [span for method, span in served.requests if method == "GET"]


def test_a_broken_download_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with serving(ARCHIVE, cut_after=30_000, cuts=3) as served:
        file = cached_download.fetch(served.address, params_for(served.address))
    assert file.read_bytes() == ARCHIVE
    assert gets(served) == [None, "bytes=30000-", "bytes=60000-", "bytes=90000-"]
    assert served.sent == len(ARCHIVE)


def test_a_killed_download_is_resumed_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(ARCHIVE, cut_after=50_000, cuts=1) as served:
        monkeypatch.setattr(cached_download, "ATTEMPTS", 1)
        with pytest.raises(InputError, match="connection"):
            cached_download.fetch(served.address, params_for(served.address))
        file = cached_download.fetch(served.address, params_for(served.address))
    assert file.read_bytes() == ARCHIVE
    assert gets(served) == [None, "bytes=50000-"]


@pytest.mark.parametrize("lie", [{"part_etag": '"two"'}, {"part_total": len(ARCHIVE) + 1}])
def test_a_part_of_another_file_is_not_put_to_the_bytes_that_are_here(
    lie: dict[str, object], checkpoints: Path
) -> None:
    with (
        serving(ARCHIVE, cut_after=30_000, cuts=1, **lie) as served,
        pytest.raises(InputError, match="the server sent a part of another file"),
    ):
        cached_download.fetch(served.address, params_for(served.address))
    sizes = {path.stat().st_size for path in checkpoints.rglob("*.part")}
    assert sizes == {30_000}


def test_an_answer_without_a_length_is_whole_when_it_has_the_length_that_was_announced() -> None:
    with serving(ARCHIVE, length=False, cut_after=30_000, cuts=1) as served:
        file = cached_download.fetch(served.address, params_for(served.address))
    assert file.read_bytes() == ARCHIVE
    assert gets(served) == [None, "bytes=30000-"]


def test_a_server_that_gives_a_byte_at_each_try_is_given_up() -> None:
    with serving(ARCHIVE, cut_after=1, cuts=1000) as served:
        with pytest.raises(InputError, match="the connection"):
            cached_download.fetch(served.address, params_for(served.address))
        assert len(gets(served)) == cached_download.ATTEMPTS


def test_a_server_without_ranges_is_asked_for_all_again(tmp_path: Path) -> None:
    with serving(ARCHIVE, ranges=False, cut_after=50_000, cuts=1) as served:
        assert (
            cached_download.fetch(served.address, params_for(served.address)).read_bytes()
            == ARCHIVE
        )


def test_a_file_that_changed_meanwhile_is_not_mixed_with_the_old_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_download, "ATTEMPTS", 1)
    with serving(ARCHIVE[::-1], cut_after=50_000, cuts=1) as served:
        with pytest.raises(InputError, match="connection"):
            cached_download.fetch(served.address, params_for(served.address))
        served.content, served.etag = ARCHIVE, '"two"'
        assert (
            cached_download.fetch(served.address, params_for(served.address)).read_bytes()
            == ARCHIVE
        )


def test_a_changed_file_is_brought_again(tmp_path: Path) -> None:
    with serving(ARCHIVE) as served:
        cached_download.fetch(served.address, params_for(served.address))
        served.content, served.etag = ARCHIVE + b"more", '"two"'
        assert (
            cached_download.fetch(served.address, params_for(served.address)).read_bytes()
            == ARCHIVE + b"more"
        )


def test_transient_answers_are_tried_again(tmp_path: Path) -> None:
    with serving(ARCHIVE, statuses=[503, 429, 500]) as served:
        assert (
            cached_download.fetch(served.address, params_for(served.address)).read_bytes()
            == ARCHIVE
        )


def test_with_a_hash_an_earlier_download_needs_no_server(tmp_path: Path) -> None:
    with serving(ARCHIVE) as served:
        file = cached_download.fetch(served.address, params_for(served.address))
    params = params_for(served.address, sha256=sha256(file))
    assert cached_download.fetch(served.address, params) == file
    fingerprint.write(params, tmp_path / "source.json")
    assert json.loads((tmp_path / "source.json").read_text())["sha256"] == sha256(file)


@pytest.mark.parametrize("announced", [True, False])
def test_more_bytes_than_allowed_are_refused(tmp_path: Path, announced: bool) -> None:
    with serving(ARCHIVE, statuses=[] if announced else [405]) as served:
        with pytest.raises(InputError, match=r"larger than 1,000 bytes \(ingest.max_bytes\)"):
            step.run(params_for(served.address, max_bytes=1000), tmp_path / "out")
        assert served.sent == 0 or not announced
