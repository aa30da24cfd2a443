"""Archives whose names are bytes in an encoding that the archive does not tell."""

import struct
import tarfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import pytest

from tests.ingest.archives.archive_files import Item, tar_bytes
from tests.ingest.archives.rar_files import rar4, rar5

UTF_8 = 0x800


@dataclass(frozen=True)
class Entry:
    """An entry of a .zip: flags and extra fields as given, the content stored.

    `local` is the name before the content, with no flags, where it is not that of the directory.
    """

    name: bytes
    content: bytes = b"1"
    flags: int = 0
    extra: bytes = b""
    local: bytes | None = None


def raw_zip(entries: Sequence[Entry]) -> bytes:
    """Returns a .zip as on a file system without attributes, byte by byte."""
    files, directory = b"", b""
    for entry in entries:
        size = len(entry.content)
        facts = (zlib.crc32(entry.content), size, size)
        rest = struct.pack("<HHHII", 0, 0, 0, 0, len(files))
        header = _header(entry, entry.name, entry.flags, facts)
        directory += b"PK\x01\x02\x14\x00" + header + rest + entry.name + entry.extra
        local, flags = (entry.name, entry.flags) if entry.local is None else (entry.local, 0)
        header = _header(entry, local, flags, facts)
        files += b"PK\x03\x04" + header + local + entry.extra + entry.content
    count = len(entries)
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(files), 0)
    return files + directory + b"PK\x05\x06" + end


def _header(entry: Entry, name: bytes, flags: int, facts: tuple[int, int, int]) -> bytes:
    lengths = (len(name), len(entry.extra))
    return struct.pack("<HHHHHIIIHH", 20, flags, 0, 0, 0x21, *facts, *lengths)


def unicode_path(name: str, raw: bytes) -> bytes:
    """Returns Info-ZIP's extra field with a name, for an entry whose own name is `raw`."""
    data = b"\1" + struct.pack("<I", zlib.crc32(raw)) + name.encode()
    return struct.pack("<HH", 0x7075, len(data)) + data


def as_item(name: bytes, content: bytes = b"1") -> Item:
    """Returns an item whose name becomes exactly these bytes."""
    return Item(name.decode(errors="surrogateescape"), content)


def _zip(items: Sequence[Item]) -> bytes:
    names = [item.name.encode(errors="surrogateescape") for item in items]
    contents = [item.content for item in items]
    return raw_zip(list(map(Entry, names, contents)))


BUILDERS: dict[str, Callable[[Sequence[Item]], bytes]] = {
    "zip": _zip,
    "pax": tar_bytes,
    "gnu": partial(tar_bytes, variant=tarfile.GNU_FORMAT),
    "ustar": partial(tar_bytes, variant=tarfile.USTAR_FORMAT),
    "rar4": rar4,
    "rar5": rar5,
}

every_raw_kind = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
