"""Versions of bundles in a real S3 store, fetched once and checked."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from components.shared.model import published_bundle
from components.shared.model.bundle import short, version_of
from components.shared.runtime.errors import InputError
from components.shared.storage import s3 as client
from tests import s3_server as server

CARD = b"what it is for"
MANIFEST = json.dumps({"files": {"model_card.md": hashlib.sha256(CARD).hexdigest()}}).encode()


def publish(
    s3: server.Store, card: bytes = CARD, name: Callable[[str], str] = lambda version: version
) -> str:
    """Puts a version into the store and returns its address, which ends with a name of it."""
    address = f"{s3.fresh('models')}/{name(version_of(MANIFEST))}"
    s3.put(f"{address}/model_card.md", card)
    s3.put(f"{address}/manifest.json", MANIFEST)
    return address


def test_a_version_is_fetched_once_and_needs_no_store_then(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = publish(s3)
    folder = published_bundle.cached(address, tmp_path)
    assert folder == tmp_path / address.rpartition("/")[2]
    assert (folder / "model_card.md").read_bytes() == CARD
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        assert published_bundle.cached(address, tmp_path) == folder
        (folder / "manifest.json").write_bytes(b"{}")
        with pytest.raises(InputError, match=r"127\.0\.0\.1:9"):
            published_bundle.cached(address, tmp_path)
    assert published_bundle.cached(address, tmp_path) == folder
    assert version_of((folder / "manifest.json").read_bytes()) == folder.name


def test_a_version_of_another_digest_is_not_fetched(s3: server.Store, tmp_path: Path) -> None:
    address = publish(s3, name=short)
    with pytest.raises(InputError, match="not that which was asked for"):
        published_bundle.fetch(f"{address}@sha256:{'0' * 64}", tmp_path / "fetched")
    assert list(tmp_path.iterdir()) == []
    published_bundle.fetch(f"{address}@sha256:{version_of(MANIFEST)}", tmp_path / "fetched")
    assert (tmp_path / "fetched" / "model_card.md").read_bytes() == CARD


def test_a_file_that_is_not_the_published_one_is_not_fetched(
    s3: server.Store, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"model_card\.md on .*: is not the file"):
        published_bundle.cached(publish(s3, b"another"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_version_that_is_not_there_is_told(s3: server.Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a complete version"):
        published_bundle.cached(f"{s3.fresh('models')}/0123456789ab", tmp_path)


def test_what_earlier_releases_published_under_a_short_version_is_fetched_and_checked(
    s3: server.Store, tmp_path: Path
) -> None:
    address = publish(s3, name=short)
    folder = published_bundle.cached(address, tmp_path)
    assert len(folder.name) == 12
    assert (folder / "model_card.md").read_bytes() == CARD
    s3.put(f"{address}/manifest.json", b"{}")
    with pytest.raises(InputError, match="is not what was published as this version"):
        published_bundle.fetch(address, tmp_path / "again")


def test_all_digits_of_an_address_are_those_of_the_manifest(
    s3: server.Store, tmp_path: Path
) -> None:
    address = publish(s3, name=lambda version: short(version) + "0" * 52)
    with pytest.raises(InputError, match="is not what was published as this version"):
        published_bundle.cached(address, tmp_path)
    with pytest.raises(InputError, match="ends with no version"):
        published_bundle.cached(address[:-1], tmp_path)
