"""Members of an archive, and the gate that admits each of them before it is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Literal, Protocol

from components.ingest.archives import names
from components.shared.runtime.errors import InputError

LONGEST_NAME = 4096
"""Characters of an entry's path; systems that can write longer ones are few."""


@dataclass(frozen=True)
class Limits:
    """Limits of an archive.

    Attributes:
        files: the most entries.
        bytes: the most unpacked bytes.
        ratio: the most unpacked bytes per byte of the archive.
    """

    files: int
    bytes: int
    ratio: float


@dataclass(frozen=True)
class Member:
    """An entry as its archive describes it, not yet trusted; links and devices are `other`."""

    name: str
    size: int
    kind: Literal["file", "folder", "other"]


@dataclass
class Gate:
    """A gate that admits members one by one, within the limits.

    Attributes:
        archive: the archive's name, for messages.
        limits: of the archive.
        archived: the archive's own bytes.
        encoding: of names that are no UTF-8, as `ingest.encoding`.
        count: members admitted so far.
        total: their unpacked bytes.
        paths: their paths.
    """

    archive: str
    limits: Limits
    archived: int
    encoding: str | None = None
    count: int = 0
    total: int = 0
    paths: set[PurePosixPath] = field(default_factory=set)

    def decode(self, entries: Sequence[str | bytes]) -> list[str]:
        """Returns the names of all entries as text, as `names.decode` does."""
        return names.decode(entries, self.encoding, self.archive)

    def admit(self, member: Member) -> PurePosixPath:
        """Returns the member's path, relative to the folder that is unpacked into.

        Raises:
            InputError: it is a link or device, its name leads elsewhere or cannot be written, or a
                limit is passed.
        """
        if len(member.name) > LONGEST_NAME:
            raise self.error(f"holds a name of {len(member.name):,} characters: refused")
        if "\0" in member.name:
            raise self.error(f"holds {member.name!r}, which no system can write: refused")
        if member.kind == "other":
            raise self.error(f"holds a link or a device ({member.name!r}): refused")
        path = inside(member.name)
        if path is None:
            raise self.error(f"holds {member.name!r}, which leads out of the folder: refused")
        if member.kind == "file" and (path in self.paths or not path.name):
            raise self.error(f"holds {member.name!r} twice or without a name: refused")
        self.paths.add(path)
        self.count_in(member)
        return path

    def error(self, fault: str) -> InputError:
        """Returns an error about this archive."""
        return InputError(f"{self.archive}: {fault}")

    def too_many(self) -> InputError:
        """Returns the error of an archive with more entries than `limits.files`."""
        return self.error(f"holds more than {self.limits.files:,} entries (ingest.max_files)")

    def count_in(self, member: Member) -> None:
        """Counts a member and its bytes.

        Raises:
            InputError: a limit is passed.
        """
        self.count += 1
        self.total += member.size
        if self.count > self.limits.files:
            raise self.too_many()
        if self.total > self.limits.bytes:
            raise self.error(f"unpacks to more than {self.limits.bytes:,} bytes (ingest.max_bytes)")
        if self.total > self.limits.ratio * self.archived:
            raise self.error(
                f"unpacks to more than {self.limits.ratio:g} times its size (ingest.max_ratio)"
            )


class Readable(Protocol):
    """A stream that `shutil.copyfileobj` can copy from."""

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True)
class Content:
    """An admitted file.

    Attributes:
        path: relative to the folder that is unpacked into.
        size: the bytes that it must have.
        stream: its bytes, to be read before the next file is asked for.
    """

    path: PurePosixPath
    size: int
    stream: Readable


def inside(name: str) -> PurePosixPath | None:
    """Returns the path of that name below a folder.

    None where it would lead out of the folder, be it on a system that takes backslashes for
    separators.
    """
    path, windows = PurePosixPath(name), PureWindowsPath(name)
    is_absolute = path.is_absolute() or windows.drive or windows.root
    return None if is_absolute or ".." in windows.parts or "\0" in name else path
