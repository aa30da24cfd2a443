"""Downloads whose bits flip on the way, from a real S3 server."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

import pytest
from boto3.s3.transfer import TransferConfig

from components.ingest import step
from components.ingest.sources import s3_integrity
from components.ingest.sources.s3_integrity import Crc32
from components.shared.runtime.errors import InputError
from components.shared.storage.s3 import Store
from components.shared.storage.s3_address import Address
from tests import proxy
from tests import s3_server as server
from tests.ingest.archives.archive_files import numbered_zip
from tests.ingest.conftest import params_for, rows
from tests.ingest.sources.s3_files import count_gets

PART = 5 << 20
LARGE = bytes(range(256)) * (13 << 20 >> 8)
ARCHIVE = numbered_zip(2, size=PART // 3)


def upload(s3: server.Store, content: bytes, part: int = PART, **options: str) -> Address:
    """Uploads an object, in parts where it is larger than one."""
    place = Address.parse(s3.fresh(), "test")
    config = TransferConfig(multipart_threshold=part, multipart_chunksize=part)
    s3.client().upload_fileobj(
        io.BytesIO(content), place.bucket, f"{place.key}.zip", options or None, Config=config
    )
    return Address(place.bucket, f"{place.key}.zip")


@contextmanager
def encrypting(
    s3: server.Store, monkeypatch: pytest.MonkeyPatch, has_checksums: bool, flips: int | None = None
) -> Iterator[proxy.Proxy]:
    """The store as one that encrypts with keys of its own, so that an ETag says nothing.

    Args:
        s3: the server behind it.
        monkeypatch: to make the store the environment's.
        has_checksums: whether it answers with the checksums of the API.
        flips: the number of the download, from 0, in which a bit flips.
    """

    def change(request: proxy.Request, headers: dict[str, str], content: bytes) -> bytes:
        if "list-type" in request[1]:
            return content
        headers["x-amz-server-side-encryption"] = "aws:kms"
        if not has_checksums:
            for name in [name for name in headers if name.lower().startswith("x-amz-checksum")]:
                del headers[name]
        if request[0] == "GET" and flips == count_gets(between) - 1:
            return content[:-1] + bytes([content[-1] ^ 1])
        return content

    with proxy.before(s3.endpoint, change=change) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.endpoint)
        yield between


@pytest.mark.parametrize("size", [5 << 20, 6 << 20])
def test_a_flipped_bit_is_noticed_by_the_etag_however_the_object_was_uploaded(
    s3: server.Store, tmp_path: Path, size: int
) -> None:
    place, store, path = upload(s3, LARGE, size), Store(), tmp_path / "file"
    stored = store.find(place)
    assert stored is not None
    assert stored.etag.endswith("-3")
    path.write_bytes(LARGE)
    assert s3_integrity.is_intact(store, place, stored.etag, path)
    path.write_bytes(LARGE[:-1] + b"x")
    assert not s3_integrity.is_intact(store, place, stored.etag, path)
    store.write(place, b"small")
    path.write_bytes(b"smalL")
    stored = store.find(place)
    assert stored is not None
    assert not s3_integrity.is_intact(store, place, stored.etag, path)


@pytest.mark.parametrize("content", [LARGE, b"small"], ids=["in parts", "whole"])
@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_a_flipped_bit_is_noticed_by_a_checksum_where_the_etag_is_none(
    s3: server.Store, tmp_path: Path, algorithm: str, content: bytes
) -> None:
    place, path = upload(s3, content, ChecksumAlgorithm=algorithm), tmp_path / "file"
    path.write_bytes(content)
    assert s3_integrity.is_intact(Store(), place, "no-checksum", path)
    path.write_bytes(content[:-1] + b"x")
    assert not s3_integrity.is_intact(Store(), place, "no-checksum", path)


def test_an_encrypted_object_is_checked_without_a_second_read_where_the_store_has_checksums(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = upload(s3, LARGE)
    monkeypatch.setattr(s3_integrity, "MD5", None)  # what is no MD5 is not compared with one
    with encrypting(s3, monkeypatch, has_checksums=True) as between:
        stored, path = Store().find(place), tmp_path / "file"
        assert stored is not None
        path.write_bytes(LARGE)
        assert s3_integrity.is_intact(Store(), place, stored.etag, path)
        path.write_bytes(LARGE[:-1] + b"x")
        assert not s3_integrity.is_intact(Store(), place, stored.etag, path)
        assert count_gets(between) == 0


@pytest.mark.parametrize("flips", [0, 1], ids=["the first read", "the second read"])
def test_an_encrypted_object_without_a_checksum_is_read_twice(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flips: int
) -> None:
    place = upload(s3, ARCHIVE)
    with encrypting(s3, monkeypatch, has_checksums=False, flips=flips) as between:
        with pytest.raises(InputError, match="arrived damaged: run again"):
            step.run(params_for(str(place)), tmp_path / "out")
        assert not (tmp_path / "out").exists()
        between.requests.clear()
    with encrypting(s3, monkeypatch, has_checksums=False) as between:
        step.run(params_for(str(place)), tmp_path / "out")
        assert count_gets(between) == 2
    assert len(rows(tmp_path / "out")) == 4


def test_a_crc_goes_on_where_it_was() -> None:
    checksum = Crc32(b"ab")
    checksum.update(b"c")
    assert checksum.digest() == crc32(b"abc").to_bytes(4, "big") == bytes.fromhex("352441c2")
