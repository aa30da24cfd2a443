import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from components.ingest.archives.limits import Limits
from components.ingest.archives.unpack import unpack
from components.shared.runtime.errors import InputError
from tests.ingest.archives.archive_files import Item, tar_bytes
from tests.ingest.archives.kinds import ROOMY, refused
from tests.ingest.archives.raw_names import as_item


@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_a_hard_link_or_a_device_in_a_tar_is_refused(kind: bytes, tmp_path: Path) -> None:
    refused(
        tar_bytes([Item("ann/1.png", b"1"), Item("ann/l", link="ann/1.png")], kind),
        tmp_path,
        "a link or a device",
    )


def test_a_tar_header_that_wants_gigabytes_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 4 << 30
    refused(info.tobuf(tarfile.USTAR_FORMAT) + bytes(1024), tmp_path, "unreasonably large")


def test_a_tar_cut_between_two_entries_is_refused(tmp_path: Path) -> None:
    refused(
        tar_bytes([Item("ann/1.png", b"1"), Item("ann/2.png", b"2")])[:1024],
        tmp_path,
        "end mark is missing",
    )


def test_names_are_read_before_within_the_limits(tmp_path: Path) -> None:
    bomb = [Item("Jos\udce9/1.png", b"1"), Item("ann/1.png", bytes(20_000_000))]
    content = gzip.compress(tar_bytes(bomb, variant=tarfile.GNU_FORMAT))
    refused(content, tmp_path, r"more than 200 times its size", Limits(10, 10**9, 200))
    assert not any((tmp_path / "in/deep/unpacked").iterdir())


def test_the_first_name_may_be_plain_and_the_last_tell_the_encoding(tmp_path: Path) -> None:
    names = ["ann/1.png", "猫/1.png", "签名/1.png", "张伟/1.png"]
    items = [as_item(name.encode("gbk")) for name in names]
    (tmp_path / "data.tar").write_bytes(tar_bytes(items, variant=tarfile.USTAR_FORMAT))
    unpack(tmp_path / "data.tar", tmp_path / "out", ROOMY)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"ann", "猫", "签名", "张伟"}


def header(kind: bytes, content: bytes, name: str = "x") -> bytes:
    """Returns an entry of a tar without its end mark."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, len(content)
    return info.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512)


def record(key: str, value: str) -> bytes:
    """Returns a record of a pax header, with its length."""
    text = f" {key}={value}\n"
    length = len(text) + len(str(len(text) + 1))
    return f"{length}{text}".encode()


def with_more_sparse(block: bytes) -> bytes:
    """Returns a header that says that blocks of sparse pieces follow."""
    block = block[:148] + b" " * 8 + block[156:482] + b"\1" + block[483:]
    return block[:148] + f"{sum(block):06o}\0 ".encode() + block[156:]


@pytest.mark.parametrize(
    "fields",
    [
        [("GNU.sparse.realsize", "many")],
        [("GNU.sparse.map", "1,x")],
        [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0")],
        [("size", "-1")],
    ],
)
def test_numbers_in_a_header_that_are_none_are_told(
    fields: list[tuple[str, str]], tmp_path: Path
) -> None:
    pax = b"".join(record(key, value) for key, value in fields)
    content = header(tarfile.XHDTYPE, pax) + tar_bytes([Item("ann/1.png", b"not a number")])
    refused(content, tmp_path, "is damaged")


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_any_turned_byte_of_a_compressed_tar_is_noticed(
    compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    whole = compress(tar_bytes([Item("ann/1.png", bytes(range(256)))]))
    unnoticed = []
    for place in range(len(whole)):
        turned = bytearray(whole)
        turned[place] ^= 16
        archive, out = tmp_path / f"{place}.tar", tmp_path / f"{place}"
        archive.write_bytes(turned)
        try:
            unpack(archive, out, ROOMY)
        except InputError:
            continue
        unnoticed += [] if (out / "ann/1.png").read_bytes() == bytes(range(256)) else [place]
    assert unnoticed == []


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_tar_without_its_last_bytes_is_refused(
    compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    whole = compress(tar_bytes([Item("ann/1.png", bytes(range(256)))]))
    refused(whole[:-3], tmp_path, "is damaged")


def test_bombs_of_headers_are_refused_before_they_are_read(tmp_path: Path) -> None:
    chain = (b"0" * 504 + b"\1" + bytes(7)) * 4000
    bombs = {
        "long names": b"".join(
            header(tarfile.GNUTYPE_LONGNAME, b"n" * 100_000) + header(tarfile.DIRTYPE, b"")
            for _ in range(40)
        ),
        "sparse chain": with_more_sparse(header(tarfile.GNUTYPE_SPARSE, b"")) + chain,
        "sparse map": header(
            tarfile.XHDTYPE, record("GNU.sparse.major", "1") + record("GNU.sparse.minor", "0")
        )
        + header(tarfile.REGTYPE, b"900000000\n" + b"1\n" * 500_000),
        "global fields": header(
            tarfile.XGLTYPE, b"".join(record(f"k{number}", "v") for number in range(200))
        )
        + tar_bytes([Item("ann/1.png", b"1"), Item("ann/2.png", b"2")]),
    }
    for name, content in bombs.items():
        folder = tmp_path / name
        folder.mkdir()
        refused(content + bytes(1024), folder, r"is damaged|characters: refused")
