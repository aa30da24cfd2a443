"""The chunks of a PNG, taken and refused as libpng does, which decodes it inside the graph.

Pillow is stricter where a checksum beside the pixels is wrong, and laxer where the end is missing.

Source: PNG specification, third edition, 5, 10 and 11; behaviour of libpng 1.6 on damaged files.
"""

import struct
import zlib
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from components.shared.data.normalisation_rules import DAMAGED, PNG
from components.shared.data.outcomes import Rejected

DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""Bits of a sample that each colour type may have."""
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples of a pixel, by colour type."""
PALETTE = 3
_PIECE = 8192
"""Bytes of compressed data that libpng reads at once."""
_AHEAD = 1024
"""Bytes that it inflates beyond the last row, to find the end."""
_LONGEST = 2**31 - 1


class PngParts(NamedTuple):
    """The parts of a PNG that decide its pixels.

    Attributes:
        width: in pixels.
        height: likewise.
        depth: bits of a sample.
        colour_type: 0, 2, 3, 4 or 6.
        interlaced: whether it has the seven passes of Adam7.
        palette: bytes [3 · n]; empty where there is none.
        transparency: the content of the chunk tRNS; None where there is none that counts.
        data: the chunks with the compressed pixels.
    """

    width: int
    height: int
    depth: int
    colour_type: int
    interlaced: bool
    palette: bytes
    transparency: bytes | None
    data: list[bytes]


class _Chunk(NamedTuple):
    name: bytes
    content: bytes
    intact: bool

    @property
    def critical(self) -> bool:
        return self.name[0] & 0x20 == 0


def read_png(encoded: bytes) -> PngParts:
    """Reads all chunks to the end.

    Raises:
        Rejected: what libpng takes for an error, other than in the compressed data.
    """
    header, *chunks = _chunks(encoded)
    if header.name != b"IHDR" or len(header.content) != 13:
        raise Rejected(DAMAGED)
    width, height, depth, colour_type, method, filters, interlace = struct.unpack(
        ">IIBBBBB", header.content
    )
    if not width or not height or depth not in DEPTHS.get(colour_type, ()):
        raise Rejected(DAMAGED)
    if method or filters or interlace > 1:
        raise Rejected(DAMAGED)
    names = [chunk.name for chunk in chunks]
    if b"IDAT" not in names:
        raise Rejected(DAMAGED)
    start = names.index(b"IDAT")
    end = start
    while names[end] == b"IDAT":
        end += 1
    if set(names) & {b"IHDR"} or names.count(b"PLTE") > 1:
        raise Rejected(DAMAGED)
    palette = _palette(chunks[:start], colour_type, depth)
    return PngParts(
        width,
        height,
        depth,
        colour_type,
        bool(interlace),
        palette,
        _transparency(chunks[:start], colour_type, len(palette) // 3),
        [chunk.content for chunk in chunks[start:end]],
    )


def _chunks(encoded: bytes) -> list[_Chunk]:
    """Returns all chunks to IEND; what follows it is not looked at."""
    chunks: list[_Chunk] = []
    place = len(PNG)
    while not chunks or chunks[-1].name != b"IEND":
        if len(encoded) < place + 12:
            raise Rejected(DAMAGED)
        length, name = struct.unpack_from(">I4s", encoded, place)
        stop = place + 8 + length
        if length > _LONGEST or not name.isalpha() or len(encoded) < stop + 4:
            raise Rejected(DAMAGED)
        content = encoded[place + 8 : stop]
        intact = zlib.crc32(content, zlib.crc32(name)) == int.from_bytes(encoded[stop : stop + 4])
        chunk = _Chunk(name, content, intact)
        known = name in (b"IHDR", b"PLTE", b"IDAT", b"IEND")
        if chunk.critical and not (known and intact):
            raise Rejected(DAMAGED)
        chunks.append(chunk)
        place = stop + 4
    return chunks


def _palette(chunks: Sequence[_Chunk], colour_type: int, depth: int) -> bytes:
    """Returns the palette that stands before the pixels."""
    palettes = [chunk.content for chunk in chunks if chunk.name == b"PLTE"]
    if not palettes:
        if colour_type == PALETTE:
            raise Rejected(DAMAGED)
        return b""
    (palette,) = palettes
    fits = len(palette) % 3 == 0 and len(palette) <= 3 * 256
    if colour_type == PALETTE:
        if not fits or not palette:
            raise Rejected(DAMAGED)
        return palette[: 3 << depth]
    if colour_type in (2, 6) and not palette:
        raise Rejected(DAMAGED)
    return b""


def _transparency(chunks: Sequence[_Chunk], colour_type: int, colours: int) -> bytes | None:
    """Returns the first tRNS that libpng does not discard."""
    seen_palette = False
    for chunk in chunks:
        seen_palette |= chunk.name == b"PLTE"
        if chunk.name != b"tRNS" or not chunk.intact:
            continue
        size = len(chunk.content)
        if colour_type == PALETTE and seen_palette and 0 < size <= colours:
            return chunk.content
        if size == {0: 2, 2: 6}.get(colour_type):
            return chunk.content
    return None


def demand_intact(encoded: bytes) -> None:
    """Checks the checksums of all chunks, those beside the pixels, too: they may turn the image.

    Raises:
        Rejected: one is wrong, or the end is missing.
    """
    if not all(chunk.intact for chunk in _chunks(encoded)):
        raise Rejected(DAMAGED)


def inflate(chunks: Sequence[bytes], rows: Sequence[int]) -> bytes:
    """Inflates the rows of an image from its chunks of compressed data.

    Args:
        chunks: in their order.
        rows: the number of bytes of each row.

    Raises:
        Rejected: they are damaged, or end too early.
    """
    size = sum(rows)
    whole = b"".join(chunks)
    # A window that holds all rows, as those of 2¹⁵ bytes do: libpng's shorter steps change nothing.
    if whole and (whole[0] >> 4 == 7 or 1 << (whole[0] >> 4) + 8 >= size):
        stream = zlib.decompressobj(wbits=0)
        try:
            inflated = stream.decompress(whole, size)
        except zlib.error:
            inflated = b""
        if stream.eof and len(inflated) == size:
            return inflated
    try:
        return _inflate_in_steps(chunks, rows)
    except zlib.error:
        raise Rejected(DAMAGED) from None


def _inflate_in_steps(chunks: Sequence[bytes], rows: Sequence[int]) -> bytes:
    """Inflates in libpng's steps, which decide the damage that it sees."""
    stream = zlib.decompressobj(wbits=0)
    pieces: deque[bytes] = deque()
    for chunk in chunks:
        pieces.extend(chunk[start : start + _PIECE] for start in range(0, len(chunk), _PIECE))
    held, parts = b"", []
    for row in rows:
        missing = row
        while missing:
            if stream.eof or not (held or pieces):
                raise Rejected(DAMAGED)
            held = held or pieces.popleft()
            parts.append(stream.decompress(held, missing))
            missing -= len(parts[-1])
            held = stream.unconsumed_tail
    extra = 0
    while not stream.eof:
        if not (held or pieces):
            raise Rejected(DAMAGED)
        held = held or pieces.popleft()
        try:
            extra += len(stream.decompress(held, _AHEAD))
        except zlib.error:
            break
        held = stream.unconsumed_tail
        if not extra:
            break
    return b"".join(parts)
