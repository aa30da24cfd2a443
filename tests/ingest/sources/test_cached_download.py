import json
from pathlib import Path

import pytest

from components.ingest import step
from components.ingest.sources import cached_download
from components.shared.runtime.errors import InputError
from components.shared.storage.files import sha256
from tests.ingest.archives.test_unpack import zipped
from tests.ingest.conftest import of, rows
from tests.ingest.rars import Item
from tests.ingest.server import Served, serving

ITEMS = [
    Item(f"{who}/{n}.png", bytes((n * 31 + k * 7) % 251 for k in range(3000)))
    for who in "ab"
    for n in range(20)
]
ARCHIVE = zipped(ITEMS, compression=0)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached_download, "FIRST_PAUSE", 0.001)


def gets(served: Served) -> list[str | None]:
    return [wanted for method, wanted in served.requests if method == "GET"]


def test_a_download_is_ingested_and_not_brought_twice(tmp_path: Path) -> None:
    with serving(ARCHIVE) as served:
        for out in ("one", "two"):
            step.run(of(served.address), tmp_path / out)
    assert len(rows(tmp_path / "one")) == 40
    assert (tmp_path / "one/catalog.csv").read_bytes() == (
        tmp_path / "two/catalog.csv"
    ).read_bytes()
    assert gets(served) == [None]


def test_a_broken_download_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with serving(ARCHIVE, cut_after=30_000, cuts=3) as served:
        file = cached_download.fetch(served.address, of(served.address))
    assert file.read_bytes() == ARCHIVE
    assert gets(served) == [None, "bytes=30000-", "bytes=60000-", "bytes=90000-"]
    assert served.sent == len(ARCHIVE)


def test_a_killed_download_is_resumed_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(ARCHIVE, cut_after=50_000, cuts=1) as served:
        monkeypatch.setattr(cached_download, "ATTEMPTS", 1)
        with pytest.raises(InputError, match="connection"):
            cached_download.fetch(served.address, of(served.address))
        file = cached_download.fetch(served.address, of(served.address))
    assert file.read_bytes() == ARCHIVE
    assert gets(served) == [None, "bytes=50000-"]


def test_a_server_without_ranges_is_asked_for_all_again(tmp_path: Path) -> None:
    with serving(ARCHIVE, ranges=False, cut_after=50_000, cuts=1) as served:
        assert cached_download.fetch(served.address, of(served.address)).read_bytes() == ARCHIVE


def test_a_file_that_changed_meanwhile_is_not_mixed_with_the_old_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_download, "ATTEMPTS", 1)
    with serving(ARCHIVE[::-1], cut_after=50_000, cuts=1) as served:
        with pytest.raises(InputError, match="connection"):
            cached_download.fetch(served.address, of(served.address))
        served.content, served.etag = ARCHIVE, '"two"'
        assert cached_download.fetch(served.address, of(served.address)).read_bytes() == ARCHIVE


def test_a_changed_file_is_brought_again(tmp_path: Path) -> None:
    with serving(ARCHIVE) as served:
        cached_download.fetch(served.address, of(served.address))
        served.content, served.etag = ARCHIVE + b"more", '"two"'
        assert (
            cached_download.fetch(served.address, of(served.address)).read_bytes()
            == ARCHIVE + b"more"
        )


def test_transient_answers_are_tried_again(tmp_path: Path) -> None:
    with serving(ARCHIVE, statuses=[503, 429, 500]) as served:
        assert cached_download.fetch(served.address, of(served.address)).read_bytes() == ARCHIVE


def test_a_refusal_is_not_tried_again(tmp_path: Path) -> None:
    with serving(ARCHIVE, statuses=[404]) as served:
        with pytest.raises(InputError, match=r"data.zip: the server answered 404"):
            step.run(of(served.address), tmp_path / "out")
        assert len(served.requests) == 1
    assert not (tmp_path / "out").exists()


def test_a_server_without_head_is_asked_by_get(tmp_path: Path) -> None:
    with serving(ARCHIVE, statuses=[405]) as served:
        assert cached_download.fetch(served.address, of(served.address)).read_bytes() == ARCHIVE


def test_a_wrong_hash_is_told_and_the_file_removed(tmp_path: Path, checkpoints: Path) -> None:
    with (
        serving(ARCHIVE) as served,
        pytest.raises(InputError, match=r"not ingest.sha256 0000.*removed"),
    ):
        step.run(of(served.address, sha256="0" * 64), tmp_path / "out")
    assert not any(path.stat().st_size >= len(ARCHIVE) for path in checkpoints.rglob("*"))
    assert not (tmp_path / "out").exists()


def test_with_a_hash_an_earlier_download_needs_no_server(tmp_path: Path) -> None:
    with serving(ARCHIVE) as served:
        file = cached_download.fetch(served.address, of(served.address))
    params = of(served.address, sha256=sha256(file))
    assert cached_download.fetch(served.address, params) == file
    step.fingerprint(params, tmp_path / "source.json")
    assert json.loads((tmp_path / "source.json").read_text())["sha256"] == sha256(file)


@pytest.mark.parametrize("announced", [True, False])
def test_more_bytes_than_allowed_are_refused(tmp_path: Path, announced: bool) -> None:
    with serving(ARCHIVE, statuses=[] if announced else [405]) as served:
        with pytest.raises(InputError, match=r"larger than 1,000 bytes \(ingest.max_bytes\)"):
            step.run(of(served.address, max_bytes=1000), tmp_path / "out")
        assert served.sent == 0 or not announced


def test_offline_an_earlier_download_will_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(ARCHIVE) as served:
        step.fingerprint(of(served.address), tmp_path / "online.json")
        step.run(of(served.address), tmp_path / "one")
    step.fingerprint(of(served.address), tmp_path / "offline.json")
    step.run(of(served.address), tmp_path / "two")
    assert (tmp_path / "online.json").read_bytes() == (tmp_path / "offline.json").read_bytes()
    assert (tmp_path / "one/catalog.csv").read_bytes() == (
        tmp_path / "two/catalog.csv"
    ).read_bytes()
    assert "earlier download" in caplog.text


def test_offline_without_an_earlier_download_is_one_clear_line(tmp_path: Path) -> None:
    with serving(ARCHIVE) as served:
        pass
    with pytest.raises(InputError, match=r"cannot be reached.*no earlier download") as error:
        step.fingerprint(of(served.address), tmp_path / "source.json")
    assert "\n" not in str(error.value)
    with pytest.raises(InputError, match="cannot be reached"):
        step.run(of(served.address), tmp_path / "out")


def test_the_fingerprint_follows_the_server(tmp_path: Path) -> None:
    with serving(ARCHIVE) as served:
        prints = []
        for etag in ('"one"', '"one"', '"two"'):
            served.etag = etag
            step.fingerprint(of(served.address), tmp_path / "source.json")
            prints.append((tmp_path / "source.json").read_bytes())
        assert served.sent == 0
    assert prints[0] == prints[1] != prints[2]


@pytest.mark.parametrize(
    "target", ["http://example.org/data.zip", "file:///etc/passwd", "ftp://127.0.0.1/x"]
)
def test_a_redirect_to_what_is_not_https_is_refused(target: str, tmp_path: Path) -> None:
    with serving(ARCHIVE, redirect=target) as served, pytest.raises(InputError, match="not https"):
        cached_download.fetch(served.address, of(served.address))


def test_a_redirect_is_followed(tmp_path: Path) -> None:
    with serving(ARCHIVE) as real, serving(b"", redirect=real.address) as served:
        assert cached_download.fetch(served.address, of(served.address)).read_bytes() == ARCHIVE


def test_secrets_of_an_address_are_not_shown(tmp_path: Path) -> None:
    with serving(ARCHIVE, statuses=[403, 403]) as served:
        secret = served.address.replace("//", "//user:word@") + "?token=abc"
        with pytest.raises(InputError) as error:
            step.run(of(secret), tmp_path / "out")
    assert "word" not in str(error.value) and "abc" not in str(error.value)
