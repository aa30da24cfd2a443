"""Reading .zip archives."""

import stat
import zipfile
from collections.abc import Generator
from pathlib import Path

from components.ingest.archives.limits import Content, Gate, Member

ENCRYPTED = 0x1  # general purpose flag, bit 0


def contents(archive: Path, gate: Gate) -> Generator[Content, None, None]:
    """Admits all entries of a .zip, then yields its files."""
    with zipfile.ZipFile(archive) as entries:
        admitted = [(info, gate.admit(_member(info))) for info in entries.infolist()]
        for info, path in admitted:
            if info.flag_bits & ENCRYPTED:
                raise gate.error("is encrypted; decrypt it first")
            if not info.is_dir():
                with entries.open(info) as stream:
                    yield Content(path, info.file_size, stream)


def _member(info: zipfile.ZipInfo) -> Member:
    mode = stat.S_IFMT(info.external_attr >> 16)  # 0 where the archive was made on Windows
    if info.is_dir():
        return Member(info.filename, 0, "folder")
    return Member(info.filename, info.file_size, "file" if mode in {0, stat.S_IFREG} else "other")
