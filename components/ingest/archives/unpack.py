"""Unpacking archives that may be hostile: every name, kind, count and size is checked before a byte
is written.
"""

import errno
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from lzma import LZMAError
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Literal, Protocol

from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar

FORMATS = ".zip, .tar (plain, .gz, .bz2 or .xz) or .rar"
_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    RecursionError,
    NotImplementedError,
)
_BAD_NAMES = {None, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EINVAL}


@dataclass(frozen=True)
class Limits:
    """The most entries, the most unpacked bytes, and the most unpacked bytes per archived byte."""

    files: int
    bytes: int
    ratio: float


@dataclass(frozen=True)
class Member:
    """What an archive says of an entry, before it is trusted. Links and devices are `other`."""

    name: str
    size: int
    kind: Literal["file", "folder", "other"]


@dataclass
class Gate:
    """Admits members one by one, within the limits, and says where each may be written."""

    archive: Path
    limits: Limits
    archived: int
    count: int = 0
    total: int = 0
    taken: set[PurePosixPath] = field(default_factory=set)

    def admit(self, member: Member) -> PurePosixPath:
        """The member's path below the folder that is unpacked into.

        Raises:
            InputError: it is a link or device, its name leads elsewhere, or a limit is passed.
        """
        if member.kind == "other":
            raise self.error(f"holds a link or a device ({member.name!r}): refused")
        path = inside(member.name)
        if path is None:
            raise self.error(f"holds {member.name!r}, which leads out of the folder: refused")
        if member.kind == "file" and (path in self.taken or not path.name):
            raise self.error(f"holds {member.name!r} twice or without a name: refused")
        self.taken.add(path)
        self._count(member)
        return path

    def error(self, fault: str) -> InputError:
        """An error about this archive."""
        return InputError(f"{self.archive}: {fault}")

    def _count(self, member: Member) -> None:
        self.count += 1
        self.total += member.size
        if self.count > self.limits.files:
            raise self.error(f"holds more than {self.limits.files:,} entries (ingest.max_files)")
        if self.total > self.limits.bytes:
            raise self.error(f"unpacks to more than {self.limits.bytes:,} bytes (ingest.max_bytes)")
        if self.total > self.limits.ratio * self.archived:
            raise self.error(
                f"unpacks to more than {self.limits.ratio:g} times its size (ingest.max_ratio)"
            )


class Readable(Protocol):
    """What `shutil.copyfileobj` can copy from."""

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True)
class Content:
    """An admitted file: where it goes, how many bytes it must have, and its bytes (to be read
    before the next one).
    """

    path: PurePosixPath
    size: int
    stream: Readable


def inside(name: str) -> PurePosixPath | None:
    """The path of that name below a folder, or None where it would lead out of it."""
    path = PurePosixPath(name.replace("\\", "/"))
    out = "\0" in name or path.is_absolute() or PureWindowsPath(name).drive or ".." in path.parts
    return None if out else path


Reader = Callable[[Path, Gate], Generator[Content, None, None]]


def unpack(archive: Path, folder: Path, limits: Limits) -> None:
    """Unpacks the files of an archive into a new folder.

    Raises:
        InputError: it is no archive, damaged, encrypted, has links or names that lead elsewhere, or
            passes a limit.
    """
    try:
        size = archive.stat().st_size
        reader = _reader(archive)
    except OSError as error:
        raise InputError(f"{archive}: cannot be read: {error.strerror}") from None
    gate = Gate(archive, limits, size)
    folder.mkdir(parents=True)
    try:
        contents = closing(reader(archive, gate))
        with contents as admitted, progress_bar("unpack", "file", None) as bar:
            for content in admitted:
                _write(content, folder / content.path, gate)
                bar.update()
    except _DAMAGED as error:
        raise gate.error(f"is damaged or of an unknown variant: {error}") from None
    except OSError as error:
        if error.errno not in _BAD_NAMES:
            raise
        raise gate.error(f"is damaged or holds unusable names: {error.strerror or error}") from None


def _reader(archive: Path) -> Reader:
    """The reader for what the first bytes say, whatever the name says."""
    from components.ingest.archives import rar_reader, tar_reader, zip_reader

    with archive.open("rb") as stream:
        start = stream.read(512)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return zip_reader.contents
    if start.startswith(b"Rar!\x1a\x07"):
        return rar_reader.contents
    if tar_reader.opener(start):
        return tar_reader.contents
    raise InputError(
        f"{archive}: is {'empty' if not start else f'no archive of a known kind ({FORMATS})'}"
    )


def _write(content: Content, target: Path, gate: Gate) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as stream:
        shutil.copyfileobj(content.stream, stream, 1 << 20)
        written = stream.tell()
    if written != content.size:
        raise gate.error(
            f"is damaged: {str(content.path)!r} has {written:,} of {content.size:,} bytes"
        )
