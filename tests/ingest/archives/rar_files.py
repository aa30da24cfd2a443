"""Minimal stored .rar files, byte by byte, after the published notes on the RAR 4 and RAR 5.0
formats.
"""

import struct
import zlib
from collections.abc import Sequence

from tests.ingest.archives.archive_files import Item


def rar4(items: Sequence[Item]) -> bytes:
    return (
        b"Rar!\x1a\x07\x00"
        + _block4(0x73, 0, bytes(6))
        + b"".join(map(_file4, items))
        + _block4(0x7B, 0x4000, b"")
    )


def rar5(items: Sequence[Item]) -> bytes:
    return (
        b"Rar!\x1a\x07\x01\x00"
        + _block5(1, b"\0")
        + b"".join(map(_file5, items))
        + _block5(5, b"\0")
    )


def rar5_volumes(items: Sequence[Item]) -> tuple[bytes, bytes]:
    """Returns two volumes, of which the second one begins in the middle of the last file."""
    *whole, last = items
    cut = len(last.content) // 2
    magic, is_volume, follows = b"Rar!\x1a\x07\x01\x00", _vint(1), _vint(1)
    first = _file5(last, part=last.content[:cut], flags=0x10)
    second = _file5(last, part=last.content[cut:], flags=0x08, check=last.content)
    return (
        magic + _block5(1, is_volume) + b"".join(map(_file5, whole)) + first + _block5(5, follows),
        magic + _block5(1, _vint(3) + _vint(1)) + second + _block5(5, b"\0"),
    )


def _block4(kind: int, flags: int, fields: bytes, data: bytes = b"") -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + data


def _file4(item: Item) -> bytes:
    data = item.link.encode() if item.link else item.content
    mode = 0o120777 if item.link else 0o040755 if item.folder else 0o100644
    name = item.name.encode(errors="surrogateescape")
    size = len(data) if item.claimed is None else item.claimed
    numbers = (len(data), size, 3, zlib.crc32(data), 0, 20, 0x30, len(name), mode)
    return _block4(
        0x74,
        0x8000 | (0xE0 if item.folder else 0),
        struct.pack("<IIBIIBBHI", *numbers) + name,
        data,
    )


def _block5(
    kind: int, fields: bytes, data: bytes = b"", extra: bytes = b"", flags: int = 0
) -> bytes:
    flags |= (1 if extra else 0) | (2 if data else 0)
    sizes = (_vint(len(extra)) if extra else b"") + (_vint(len(data)) if data else b"")
    body = _vint(kind) + _vint(flags) + sizes + fields + extra
    head = _vint(len(body)) + body
    return struct.pack("<I", zlib.crc32(head)) + head + data


def _file5(
    item: Item, part: bytes | None = None, flags: int = 0, check: bytes | None = None
) -> bytes:
    data = item.content if part is None else part
    name = item.name.encode(errors="surrogateescape")
    size = len(item.content) if item.claimed is None else item.claimed
    mode = 0o120777 if item.link else 0o040755 if item.folder else 0o100644
    crc = b"" if item.folder else struct.pack("<I", zlib.crc32(data if check is None else check))
    fields = (
        _vint(1 if item.folder else 4)
        + _vint(size)
        + _vint(mode)
        + crc
        + _vint(0)
        + _vint(1)
        + _vint(len(name))
        + name
    )
    extra = b""
    if item.link:
        target = item.link.encode()
        record = _vint(5) + _vint(1) + _vint(0) + _vint(len(target)) + target
        extra = _vint(len(record)) + record
    return _block5(2, fields, data, extra, flags)


def _vint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _vint(rest) if rest else bytes([low])
