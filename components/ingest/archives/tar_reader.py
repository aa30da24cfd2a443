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

LONGEST_PADDING = 1 << 20
LARGEST_READ = 64 << 20  # a header that wants more memory at once is a bomb
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
        while info := entries.next():
            if not texts and not _is_plain(info.name):
                texts = _texts(archive, gate)
            path = gate.admit(_member(info, texts.get(info.name, info.name)))
            content = entries.extractfile(info) if info.isreg() else None
            if content:
                yield Content(path, info.size, content)
            # tarfile remembers every entry; those of a long archive would fill the memory.
            entries.members = []  # type: ignore[attr-defined]
        stream.seek(entries.offset)
        if stream.read(tarfile.BLOCKSIZE) != tarfile.NUL * tarfile.BLOCKSIZE:
            raise gate.error("is damaged or cut off: its end mark is missing")
        stream.read(LONGEST_PADDING)  # a compressed one that is cut off raises here


@contextmanager
def _open(archive: Path, gate: Gate) -> Iterator[tuple[IO[bytes], tarfile.TarFile]]:
    """Yields the uncompressed stream and its entries, whose names hold every byte."""
    with archive.open("rb") as start:
        open_tar = opener(start.read(tarfile.BLOCKSIZE))
    if open_tar is None:
        raise gate.error("is no .tar archive")
    with (
        open_tar(archive) as stream,
        tarfile.open(
            fileobj=_Bounded(stream), mode="r:", encoding="utf-8", errors="surrogateescape"
        ) as entries,
    ):
        yield stream, entries


def _is_plain(name: str) -> bool:
    return name.isascii() and "\\" not in name


def _texts(archive: Path, gate: Gate) -> dict[str, str]:
    """Returns the text of every name, for which the archive is read once before, within limits."""
    trial = replace(gate, count=0, total=0)
    names: list[str] = []
    with _open(archive, gate) as (_, entries):
        while info := entries.next():
            trial.count_in(_member(info, info.name))
            names.append(info.name)
            entries.members = []  # type: ignore[attr-defined]
    texts = gate.decode([name.encode("utf-8", "surrogateescape") for name in names])
    return dict(zip(names, texts, strict=True))


def _member(info: tarfile.TarInfo, name: str) -> Member:
    kind = "file" if info.isreg() else "folder" if info.isdir() else "other"
    return Member(name, info.size if kind == "file" else 0, kind)  # type: ignore[arg-type]


class _Bounded(io.RawIOBase):
    """A stream that refuses to read very much at once."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= LARGEST_READ:
            raise tarfile.ReadError("a header is unreasonably large")
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()
