import threading
from pathlib import Path

import pytest

from components.ingest import step
from components.ingest.sources import s3_download
from components.shared.runtime.errors import InputError
from components.shared.storage import s3 as client
from components.shared.storage.s3 import Store
from tests import proxy
from tests import s3_server as server
from tests.ingest.archives.archive_files import numbered_zip
from tests.ingest.conftest import PNG, params_for, rows
from tests.ingest.sources.s3_files import count_gets, put_images

ARCHIVE = numbered_zip(9, size=9000)


def test_a_large_object_goes_on_where_a_killed_run_stopped(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_download, "PIECE", 10_000)
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    place = f"{s3.fresh()}/data.zip"
    s3.put(place, ARCHIVE)
    count = -(-len(ARCHIVE) // 10_000)

    def dies(number: int, request: proxy.Request) -> tuple[int, str] | None:
        return (403, "AccessDenied") if number > 9 else None

    with proxy.before(s3.endpoint, dies) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.endpoint)
        with pytest.raises(InputError, match="access denied: the keys may not read there"):
            step.run(params_for(place), tmp_path / "out")
        assert not (tmp_path / "out").exists()
        came = len(between.requests[:10]) - 1
        between.fault, between.requests = (lambda number, request: None), []
        step.run(params_for(place), tmp_path / "out")
    assert count_gets(between) == count - came
    assert len(rows(tmp_path / "out")) == 18


def test_an_object_that_changes_meanwhile_is_not_mixed_with_what_it_was(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_download, "PIECE", 50_000)
    place, once = f"{s3.fresh()}/data.zip", threading.Event()
    s3.put(place, ARCHIVE)

    def changes(number: int, request: proxy.Request) -> None:
        if "list-type" not in request[1] and not once.is_set():
            once.set()
            s3.put(place, ARCHIVE[:-1] + b"x")

    with proxy.before(s3.endpoint, changes) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.endpoint)
        with pytest.raises(InputError, match="changed while it was being read: run again"):
            step.run(params_for(place), tmp_path / "out")


def test_a_damaged_object_is_brought_anew_by_the_next_run(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = put_images(s3, "a/1.png", "b/1.png")
    with monkeypatch.context() as patch:
        patch.setattr(Store, "read", lambda self, address, etag, span: b"x" * (span[1] - span[0]))
        with pytest.raises(InputError, match=r"/1\.png on http.*: arrived damaged: run again"):
            step.run(params_for(place), tmp_path / "out")
    step.run(params_for(place), tmp_path / "out")
    assert (tmp_path / "out/a/1.png").read_bytes() == PNG + b"a/1.png"
