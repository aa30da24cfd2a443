"""Reading MXNet's RecordIO files (.rec) of images, which have a number for a label.

A record is a mark, its length in 29 bits below 3 bits of a flag, its bytes, and padding to a
multiple of 4; the flag is 0, or 1, 2 and 3 for the first, middle and last piece of a record whose
bytes hold the mark, which is left out between the pieces. Its bytes are a header (flag, label, id,
id2), then, where that flag is not 0, as many labels as it says, then the encoded image. Records
without an image, as InsightFace's first and last ones, only describe the others.
Sources: dmlc/recordio.h and mxnet/recordio.py.
"""

import io
import struct
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import IO

from components.ingest.archives.limits import Content, Gate, Member

MARK = struct.pack("<I", 0xCED7230A)
LARGEST = 64 << 20  # bytes of a piece; a photograph has far fewer
SUFFIXES = {b"\xff\xd8\xff": ".jpg", b"\x89PNG": ".png"}
_LENGTH_BITS = 29
_HEADER = struct.Struct("<IfQQ")


def contents(archive: Path, gate: Gate) -> Generator[Content, None, None]:
    """Admits and yields the images as `LABEL/NUMBER.jpg`, numbered by the order of their records.

    An index (.idx) beside the file, where there is one, must have a line per record.
    """
    count = 0
    with archive.open("rb") as stream:
        for count, record in enumerate(_records(stream, gate), 1):
            label, image = _parse(record, count, gate)
            if image:
                suffix = next(
                    (SUFFIXES[start] for start in SUFFIXES if image.startswith(start)), ""
                )
                if not suffix:
                    raise gate.error(f"record {count} is neither JPEG nor PNG")
                member = Member(f"{label}/{count:08d}{suffix}", len(image), "file")
                yield Content(gate.admit(member), len(image), io.BytesIO(image))
    index = archive.with_suffix(".idx")
    if index.is_file():
        lines = sum(1 for line in index.read_bytes().splitlines() if line.strip())
        if lines != count:
            raise gate.error(f"has {count:,} records, but {index.name} lists {lines:,}")


def _records(stream: IO[bytes], gate: Gate) -> Iterator[bytes]:
    """Yields the bytes of each record, its pieces joined."""
    pieces: list[bytes] = []
    while start := stream.read(8):
        if len(start) < 8 or not start.startswith(MARK):
            raise gate.error("is damaged or cut off: a record does not begin with its mark")
        (word,) = struct.unpack("<I", start[4:])
        flag, length = word >> _LENGTH_BITS, word & ((1 << _LENGTH_BITS) - 1)
        if length > LARGEST or (flag in (2, 3)) != bool(pieces) or flag > 3:
            raise gate.error("is damaged: a record's length or order is impossible")
        piece = stream.read(length)
        if len(piece) < length:
            raise gate.error("is damaged or cut off: the last record is not complete")
        stream.seek(-length % 4, io.SEEK_CUR)
        pieces.append(piece)
        if flag in (0, 3):
            yield MARK.join(pieces)
            pieces = []
    if pieces:
        raise gate.error("is damaged or cut off: the last record is not complete")


def _parse(record: bytes, number: int, gate: Gate) -> tuple[int, bytes]:
    """Returns a record's label, the first where it has several, and its image."""
    if len(record) < _HEADER.size:
        raise gate.error(f"is damaged: record {number} has no header")
    flag, label, _, _ = _HEADER.unpack_from(record)
    image = _HEADER.size + 4 * flag
    if len(record) < image:
        raise gate.error(f"is damaged: record {number} has fewer labels than it says")
    if flag:
        (label,) = struct.unpack_from("<f", record, _HEADER.size)
    if len(record) == image:
        return 0, b""
    if label < 0 or not label.is_integer():
        raise gate.error(f"record {number} has the label {label:g}, which numbers no identity")
    return int(label), record[image:]
