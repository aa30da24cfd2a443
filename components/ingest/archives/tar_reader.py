"""Reading .tar archives, plain or compressed."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, cast

from components.ingest.archives.limits import Content, Gate, Member

CHUNK = 1 << 20
LARGEST_HEADERS = 1 << 18
"""Bytes of the headers of one entry; more are a bomb."""
USUAL_HEADERS = 1 << 14
"""Bytes of headers and padding of an entry, more than which they may not be on average."""
MOST_GLOBAL = 100
"""Fields that hold for all entries that follow, each of which carries them."""
_COMPRESSED: dict[bytes, Callable[[Path], IO[bytes]]] = {
    b"\x1f\x8b": lambda path: cast(IO[bytes], gzip.GzipFile(path)),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}


def opener(start: bytes) -> Callable[[Path], IO[bytes]] | None:
    """Returns the function that opens a file with these first 512 bytes as an uncompressed tar;
    None where it is no tar.
    """
    for magic, compressed in _COMPRESSED.items():
        if start.startswith(magic):
            return compressed
    try:
        tarfile.TarInfo.frombuf(start, tarfile.ENCODING, "surrogateescape")
    except tarfile.HeaderError:
        return None
    return lambda path: path.open("rb")


def contents(archive: Path, gate: Gate) -> Generator[Content, None, None]:
    """Admits and yields the files of a .tar one by one; it can be read only in its order."""
    texts: dict[str, str] = {}
    with _open(archive, gate) as (stream, entries):
        for info in _infos(stream, entries, gate):
            if not texts and not _is_plain(info.name):
                texts = _texts(archive, gate)
            path = gate.admit(_member(info, texts.get(info.name, info.name)))
            content = entries.extractfile(info) if info.isreg() else None
            if content:
                yield Content(path, info.size, content)
        stream.seek(entries.offset)
        if stream.read(tarfile.BLOCKSIZE) != tarfile.NUL * tarfile.BLOCKSIZE:
            raise gate.error("is damaged or cut off: its end mark is missing")
        _read_to_end(stream, gate)


def _read_to_end(stream: "_Bounded", gate: Gate) -> None:
    """Reads what follows the end mark: a compressed stream has its checksum there.

    Raises:
        EOFError, OSError, zlib.error, LZMAError: it is damaged or cut off.
        InputError: it goes on for too long.
    """
    left = gate.limits.bytes
    while chunk := stream.read(CHUNK):
        left -= len(chunk)
        if left < 0:
            raise gate.error(f"has more than {gate.limits.bytes:,} bytes behind its end mark")


def _infos(stream: "_Bounded", entries: tarfile.TarFile, gate: Gate) -> Iterator[tarfile.TarInfo]:
    """Yields the entries, within limits of what is read to learn of them."""
    count, contents = 0, 0
    while info := stream.header_of_next(entries):
        yield info
        count += 1
        contents += info.size if info.isreg() and not info.issparse() else 0
        if entries.offset - contents > count * USUAL_HEADERS + LARGEST_HEADERS:
            raise gate.error("is damaged: its headers are unreasonably large")
        if len(entries.pax_headers) > MOST_GLOBAL:
            raise gate.error("is damaged: it has too many global headers")
        # tarfile remembers every entry; those of a long archive would fill the memory.
        entries.members = []  # type: ignore[attr-defined]


@contextmanager
def _open(archive: Path, gate: Gate) -> Iterator[tuple["_Bounded", tarfile.TarFile]]:
    """Yields the uncompressed stream and its entries, whose names hold every byte."""
    with archive.open("rb") as start:
        open_tar = opener(start.read(tarfile.BLOCKSIZE))
    if open_tar is None:
        raise gate.error("is no .tar archive")
    with open_tar(archive) as content:
        stream = _Bounded(content)
        with tarfile.open(
            fileobj=stream, mode="r:", encoding="utf-8", errors="surrogateescape"
        ) as entries:
            yield stream, entries


def _is_plain(name: str) -> bool:
    return name.isascii() and "\\" not in name


def _texts(archive: Path, gate: Gate) -> dict[str, str]:
    """Returns the text of every name, for which the archive is read once before, within limits."""
    trial = replace(gate, count=0, total=0)
    names: list[str] = []
    with _open(archive, gate) as (stream, entries):
        for info in _infos(stream, entries, gate):
            trial.count_in(_member(info, info.name))
            names.append(info.name)
    texts = gate.decode([name.encode("utf-8", "surrogateescape") for name in names])
    return dict(zip(names, texts, strict=True))


def _member(info: tarfile.TarInfo, name: str) -> Member:
    kind = "file" if info.isreg() else "folder" if info.isdir() else "other"
    return Member(name, info.size if kind == "file" else 0, kind)  # type: ignore[arg-type]


class _Bounded(io.RawIOBase):
    """A stream of which little is read for the headers of one entry."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left: int | None = LARGEST_HEADERS

    def header_of_next(self, entries: tarfile.TarFile) -> tarfile.TarInfo | None:
        """Returns the next entry; None behind the last one.

        Raises:
            tarfile.ReadError: more bytes would be read for it than headers have.
        """
        self._left = LARGEST_HEADERS
        info = entries.next()
        self._left = None
        return info

    def read(self, size: int | None = -1, /) -> bytes:
        size = -1 if size is None else size
        if self._left is not None:
            if not 0 <= size <= self._left:
                raise tarfile.ReadError("a header is unreasonably large")
            self._left -= size
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()
