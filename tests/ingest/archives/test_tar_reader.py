import tarfile
from pathlib import Path

import pytest

from tests.ingest.archives.archive_files import Item, tar_bytes
from tests.ingest.archives.kinds import refused


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
