"""Reading .zip archives."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Generator
from pathlib import Path
from typing import IO

from components.ingest.archives.limits import Content, Gate, Member

ENCRYPTED = 0x1  # general purpose flag, bit 0
UTF_8 = 0x800  # bit 11: the name is in UTF-8
LOCAL_HEADER = struct.Struct("<6xH18xH2x")  # flags, length of the name
UNICODE_PATH = 0x7075  # Info-ZIP's extra field: version, CRC-32 of the name as bytes, UTF-8


def contents(archive: Path, gate: Gate) -> Generator[Content, None, None]:
    """Admits all entries of a .zip, then yields its files."""
    with _BoundedZip(archive, gate) as entries, archive.open("rb") as headers:
        names = gate.decode([_name(info) for info in entries.infolist()])
        members = list(map(_member, entries.infolist(), names))
        paths = [gate.admit(member) for member in members]
        for info, member, path in zip(entries.infolist(), members, paths, strict=True):
            if info.flag_bits & ENCRYPTED:
                raise gate.error("is encrypted; decrypt it first")
            if member.kind == "file":
                info.orig_filename = _local_name(headers, info)  # else the module compares the two
                with entries.open(info) as stream:
                    yield Content(path, info.file_size, stream)


class _BoundedZip(zipfile.ZipFile):
    """An archive that is refused as soon as its directory lists more entries than the limit."""

    def __init__(self, archive: Path, gate: Gate) -> None:
        self._gate = gate
        super().__init__(archive)

    @property
    def filelist(self) -> list[zipfile.ZipInfo]:
        """The entries, which the base class appends one by one."""
        return self._entries

    @filelist.setter
    def filelist(self, _: list[zipfile.ZipInfo]) -> None:
        self._entries = _Entries(self._gate)


class _Entries(list[zipfile.ZipInfo]):
    """A list that takes as many entries as an archive may have."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate

    def append(self, info: zipfile.ZipInfo) -> None:
        """Adds an entry.

        Raises:
            InputError: there are too many.
        """
        if len(self) >= self._gate.limits.files:
            raise self._gate.too_many()
        super().append(info)


def _name(info: zipfile.ZipInfo) -> str | bytes:
    """Returns the name, as bytes where the entry does not tell its encoding."""
    if info.flag_bits & UTF_8:
        return info.orig_filename.rstrip("\0")
    raw = info.orig_filename.encode("cp437")  # as the module decoded it, byte for byte
    return _unicode_path(info.extra, raw) or raw.rstrip(b"\0")


def _local_name(stream: IO[bytes], info: zipfile.ZipInfo) -> str:
    """Returns the name before the file's bytes as the module reads it.

    Some programs write it in another encoding than the directory's name, which is the one that
    counts.
    """
    stream.seek(info.header_offset)
    header = stream.read(LOCAL_HEADER.size)
    if len(header) < LOCAL_HEADER.size:
        raise zipfile.BadZipFile("Truncated file header")
    flags, size = LOCAL_HEADER.unpack(header)
    return stream.read(size).decode("utf-8" if flags & UTF_8 else "cp437")


def _unicode_path(extra: bytes, name: bytes) -> str | None:
    """Returns the name in Info-ZIP's field, if that is there and made for this name."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        data, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == UNICODE_PATH and data[:5] == b"\1" + struct.pack("<I", zlib.crc32(name)):
            return data[5:].decode(errors="surrogateescape")
    return None


def _member(info: zipfile.ZipInfo, name: str) -> Member:
    mode = stat.S_IFMT(info.external_attr >> 16)  # 0 where the archive was made on Windows
    if name.endswith("/"):
        return Member(name, 0, "folder")
    return Member(name, info.file_size, "file" if mode in {0, stat.S_IFREG} else "other")
