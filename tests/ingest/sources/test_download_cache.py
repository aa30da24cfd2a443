import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from components.ingest.sources.download_cache import CachedDownload
from components.ingest.sources.web import Remote

ADDRESS = "https://example.org/data.zip?token=planted"


def test_each_address_has_files_of_its_own_that_do_not_tell_it(checkpoints: Path) -> None:
    cached = CachedDownload.of(ADDRESS)
    assert cached == CachedDownload.of(ADDRESS)
    others = set(asdict(CachedDownload.of(ADDRESS + "2")).values())
    files = set(asdict(cached).values())
    assert len(files) == 4 and not files & others
    assert {file.parent for file in files} == {checkpoints / "downloads"}
    assert "planted" not in str(files)


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"etag": "one"}'])
def test_a_description_that_is_missing_or_unreadable_is_none(text: str | None) -> None:
    cached = CachedDownload.of(ADDRESS)
    cached.facts.parent.mkdir(parents=True)
    if text is not None:
        cached.facts.write_text(text)
    assert cached.remote() is None


def test_the_description_of_the_download_is_read_back() -> None:
    cached = CachedDownload.of(ADDRESS)
    cached.facts.parent.mkdir(parents=True)
    cached.facts.write_text('{"etag": "\\"one\\"", "last_modified": null, "bytes": 7}')
    assert cached.remote() == Remote('"one"', None, 7)


def test_a_second_process_waits_for_the_lock() -> None:
    script = "import fcntl, sys; fcntl.flock(open(sys.argv[1]), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    cached = CachedDownload.of(ADDRESS)
    command = [sys.executable, "-c", script, str(cached.lock)]
    with cached.locked():
        busy = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "BlockingIOError" in busy.stderr
    assert subprocess.run(command, check=False).returncode == 0
