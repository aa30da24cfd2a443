import gzip
import tarfile
from pathlib import Path

import pytest

from components.ingest.archives.limits import Limits
from components.ingest.archives.unpack import unpack
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
