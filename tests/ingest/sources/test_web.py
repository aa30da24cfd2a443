from pathlib import Path

import pytest

from components.ingest import step
from components.ingest.sources import cached_download
from components.shared.runtime.errors import InputError
from tests.ingest.archives.archive_files import numbered_zip
from tests.ingest.conftest import params_for
from tests.ingest.web_server import serving

ARCHIVE = numbered_zip(20, size=3000)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached_download, "FIRST_PAUSE", 0.001)


def test_a_refusal_is_not_tried_again(tmp_path: Path) -> None:
    with serving(ARCHIVE, statuses=[404]) as served:
        with pytest.raises(InputError, match=r"data.zip: the server answered 404"):
            step.run(params_for(served.address), tmp_path / "out")
        assert len(served.requests) == 1
    assert not (tmp_path / "out").exists()


def test_a_server_without_head_is_asked_by_get(tmp_path: Path) -> None:
    with serving(ARCHIVE, statuses=[405]) as served:
        assert (
            cached_download.fetch(served.address, params_for(served.address)).read_bytes()
            == ARCHIVE
        )


@pytest.mark.parametrize(
    "target", ["http://example.org/data.zip", "file:///etc/passwd", "ftp://127.0.0.1/x"]
)
def test_a_redirect_to_what_is_not_https_is_refused(target: str, tmp_path: Path) -> None:
    with serving(ARCHIVE, redirect=target) as served, pytest.raises(InputError, match="not https"):
        cached_download.fetch(served.address, params_for(served.address))


def test_a_redirect_is_followed(tmp_path: Path) -> None:
    with serving(ARCHIVE) as real, serving(b"", redirect=real.address) as served:
        assert (
            cached_download.fetch(served.address, params_for(served.address)).read_bytes()
            == ARCHIVE
        )


def test_secrets_of_an_address_are_not_shown(tmp_path: Path) -> None:
    with serving(ARCHIVE, statuses=[403, 403]) as served:
        secret = served.address.replace("//", "//user:word@") + "?token=abc"
        with pytest.raises(InputError, match="the server answered 403") as error:
            cached_download.fetch(secret, params_for(served.address))
    assert "word" not in str(error.value) and "abc" not in str(error.value)
