from pathlib import Path

import pytest

from components.ingest import fingerprint, step
from components.ingest.sources import cached_download
from components.shared.runtime.errors import InputError
from tests.ingest.archives.archive_files import numbered_zip
from tests.ingest.conftest import params_for, rows
from tests.ingest.web_server import ServedFile, serving

ARCHIVE = numbered_zip(20, size=3000)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached_download, "FIRST_PAUSE", 0.001)


def gets(served: ServedFile) -> list[str | None]:
    return [span for method, span in served.requests if method == "GET"]


def test_a_download_is_ingested_and_not_brought_twice(tmp_path: Path) -> None:
    with serving(ARCHIVE) as served:
        for out in ("one", "two"):
            step.run(params_for(served.address), tmp_path / out)
    assert len(rows(tmp_path / "one")) == 40
    assert (tmp_path / "one/catalog.csv").read_bytes() == (
        tmp_path / "two/catalog.csv"
    ).read_bytes()
    assert gets(served) == [None]


def test_a_wrong_hash_is_told_and_the_file_removed(tmp_path: Path, checkpoints: Path) -> None:
    with (
        serving(ARCHIVE) as served,
        pytest.raises(InputError, match=r"not ingest.sha256 0000.*removed"),
    ):
        step.run(params_for(served.address, sha256="0" * 64), tmp_path / "out")
    assert not any(path.stat().st_size >= len(ARCHIVE) for path in checkpoints.rglob("*"))
    assert not (tmp_path / "out").exists()


def test_offline_an_earlier_download_will_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(ARCHIVE) as served:
        fingerprint.write(params_for(served.address), tmp_path / "online.json")
        step.run(params_for(served.address), tmp_path / "one")
    fingerprint.write(params_for(served.address), tmp_path / "offline.json")
    step.run(params_for(served.address), tmp_path / "two")
    assert (tmp_path / "online.json").read_bytes() == (tmp_path / "offline.json").read_bytes()
    assert (tmp_path / "one/catalog.csv").read_bytes() == (
        tmp_path / "two/catalog.csv"
    ).read_bytes()
    assert "earlier download" in caplog.text


def test_offline_without_an_earlier_download_is_one_clear_line(tmp_path: Path) -> None:
    with serving(ARCHIVE) as served:
        pass
    with pytest.raises(InputError, match=r"cannot be reached.*no earlier download") as error:
        fingerprint.write(params_for(served.address), tmp_path / "source.json")
    assert "\n" not in str(error.value)
    with pytest.raises(InputError, match="cannot be reached"):
        step.run(params_for(served.address), tmp_path / "out")


def test_the_fingerprint_follows_the_server(tmp_path: Path) -> None:
    with serving(ARCHIVE) as served:
        prints = []
        for etag in ('"one"', '"one"', '"two"'):
            served.etag = etag
            fingerprint.write(params_for(served.address), tmp_path / "source.json")
            prints.append((tmp_path / "source.json").read_bytes())
        assert served.sent == 0
    assert prints[0] == prints[1] != prints[2]


def test_the_variable_gives_the_credentials_of_the_address_that_it_names_and_of_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(ARCHIVE) as served, serving(ARCHIVE) as other:
        signed = served.address.replace("//", "//anna:secret@") + "?sig=planted"
        monkeypatch.setenv("SOURCE_URLS", f"https://example.org/a.zip?sig=else {signed}")
        step.run(params_for(served.address), tmp_path / "one")
        step.run(params_for(other.address), tmp_path / "two")
    assert {request.credentials for request in served.asked} == {"Basic YW5uYTpzZWNyZXQ="}
    assert {request.path for request in served.asked} == {"/data.zip?sig=planted"}
    assert {request.credentials for request in other.asked} == {None}
    assert {request.path for request in other.asked} == {"/data.zip"}


def test_a_damaged_download_is_named_by_its_address_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        serving(ARCHIVE[:-60]) as served,
        pytest.raises(InputError, match=r"^http://[\w.:]+/[^?]*: is damaged") as error,
    ):
        monkeypatch.setenv("SOURCE_URLS", f"{served.address}?token=secret")
        step.run(params_for(served.address), tmp_path / "out")
    assert "secret" not in str(error.value)
