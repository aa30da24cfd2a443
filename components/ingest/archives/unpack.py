"""Archives that may be hostile, unpacked: every name, kind, count and size is checked first."""

import errno
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import IO

from components.ingest.archives import (
    rar_reader,
    record_reader,
    tar_reader,
    volumes,
    zip_reader,
)
from components.ingest.archives.limits import Content, Gate, Limits
from components.ingest.litter import uppermost
from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar

FORMATS = ".zip, .tar (plain, .gz, .bz2 or .xz), .rar or .rec"
_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    RuntimeError,
    ValueError,
    TypeError,
    ArithmeticError,
    AttributeError,
    LookupError,
    struct.error,
)
_BAD_NAMES = {
    None,
    errno.EEXIST,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.ENAMETOOLONG,
    errno.EINVAL,
    errno.EILSEQ,
}

Reader = Callable[[Path, Gate], Generator[Content, None, None]]


def unpack(
    archive: Path,
    folder: Path,
    limits: Limits,
    *,
    name: str | None = None,
    encoding: str | None = None,
) -> list[PurePosixPath]:
    """Unpacks the files of an archive into a new folder, but for litter.

    Args:
        archive: to unpack.
        folder: to write.
        limits: of the archive.
        name: of the archive, for messages; None: its path.
        encoding: of names that are no UTF-8; None: a guess.

    Returns:
        The files and folders that are litter, relative to the folder.

    Raises:
        InputError: it is no archive, damaged, encrypted, has links or names that lead elsewhere, or
            passes a limit.
    """
    name = name or str(archive)
    try:
        size = sum(file.stat().st_size for file in volumes.files(archive))
        gate = Gate(name, limits, size, encoding)
        reader = _reader(archive, gate)
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from None
    folder.mkdir(parents=True)
    try:
        with closing(reader(archive, gate)) as contents:
            return sorted(_write(contents, folder, gate))
    except _DAMAGED as error:
        raise gate.error(f"is damaged or of an unknown variant: {error}") from None
    except OSError as error:
        if error.errno not in _BAD_NAMES:
            raise
        raise gate.error(f"is damaged: {error.strerror or error}") from None


def _write(contents: Iterable[Content], folder: Path, gate: Gate) -> set[PurePosixPath]:
    """Writes files but for litter, whose uppermost folders and files it returns."""
    litter: set[PurePosixPath] = set()
    with progress_bar("unpack", "file", None) as bar:
        for content in contents:
            top = uppermost(content.path)
            if top:
                litter.add(top)
            with _nowhere() if top else _create(content, folder, gate) as stream:
                _copy(content, stream, gate)
            bar.update()
    return litter


def _reader(archive: Path, gate: Gate) -> Reader:
    """Returns the reader for the kind that the first bytes tell, whatever the name says."""
    with archive.open("rb") as stream:
        start = stream.read(512)
    if command := volumes.joining_command(archive):
        raise gate.error(f"is one part of several: join them: {command}")
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return zip_reader.contents
    if start.startswith(b"Rar!\x1a\x07"):
        return rar_reader.contents
    if start.startswith(record_reader.MARK):
        return record_reader.contents
    if tar_reader.opener(start):
        return tar_reader.contents
    fault = f"no archive of a known kind ({FORMATS})" if start else "empty"
    raise gate.error(f"is {fault}")


def _create(content: Content, folder: Path, gate: Gate) -> IO[bytes]:
    target = folder / content.path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.open("xb")
    except OSError as error:
        if error.errno not in _BAD_NAMES:
            raise
        raise gate.error(
            f"is damaged or holds unusable names: {str(content.path)!r}: {error.strerror}"
        ) from None


def _nowhere() -> IO[bytes]:
    return Path(os.devnull).open("wb")


def _copy(content: Content, stream: IO[bytes], gate: Gate) -> None:
    name, written = str(content.path), 0
    try:
        while chunk := content.stream.read(1 << 20):
            written += stream.write(chunk)
    except _DAMAGED:
        raise gate.error(f"is damaged: {name!r} cannot be read") from None
    if written != content.size:
        raise gate.error(f"is damaged: {name!r} has {written:,} of {content.size:,} bytes")
