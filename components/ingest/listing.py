"""The files of a folder, and those of them that are images."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from components.ingest.characters import fault
from components.ingest.litter import is_litter
from components.shared.data.image_formats import FORMATS
from components.shared.runtime.errors import InputError


@dataclass(frozen=True)
class File:
    """A file below a folder.

    Attributes:
        path: relative to the folder.
        file: the file itself.
        size: in bytes.
        mtime_ns: the time of its last change, in nanoseconds.
    """

    path: PurePosixPath
    file: Path
    size: int
    mtime_ns: int


class Listing(NamedTuple):
    """The content of a source.

    Attributes:
        source: its name, for messages.
        files: sorted by path.
        litter: the files and folders that were left out, hidden ones among them.
    """

    source: str
    files: list[File]
    litter: list[PurePosixPath]


def read(folder: Path, source: str) -> Listing:
    """Lists every file below a folder, and its litter apart.

    Links are followed (DVC and others link data instead of copying it), but not in circles.

    Args:
        folder: to list.
        source: its name, for messages.

    Raises:
        InputError: the folder or something in it is missing or cannot be read.
    """
    walk = _Walk(folder, source, [])
    try:
        contents = list(walk.files(PurePosixPath(), frozenset()))
    except OSError as error:
        path = PurePosixPath(error.filename).relative_to(folder)
        raise InputError(f"{walk.name(path)}: cannot be read: {error.strerror}") from None
    return Listing(source, sorted(contents, key=lambda file: str(file.path)), sorted(walk.litter))


def check_names(listing: Listing) -> None:
    """Refuses images with names that a catalog cannot hold or some system cannot write.

    The names of other files do not matter.

    Raises:
        InputError: a name has a backslash or as `characters.fault` says.
    """
    for file in listing.files:
        name = str(file.path)
        reason = "a backslash" if "\\" in name else fault(name)
        if reason and is_image(file.path):
            raise InputError(f"{listing.source}: the name {name!r} has {reason}: rename it")


def is_image(path: PurePosixPath) -> bool:
    """Returns whether files of this suffix are read."""
    return path.suffix.lower() in image_suffixes()


@cache
def image_suffixes() -> frozenset[str]:
    """Returns the suffixes of all formats that are read and that this build of Pillow decodes."""
    from PIL import Image

    Image.init()
    return frozenset(
        suffix for suffix, name in Image.EXTENSION.items() if name in Image.OPEN and name in FORMATS
    )


@dataclass(frozen=True)
class _Walk:
    """A walk through a folder, whose name for messages is `source`."""

    folder: Path
    source: str
    litter: list[PurePosixPath]

    def files(self, path: PurePosixPath, above: frozenset[tuple[int, int]]) -> Iterator[File]:
        """Yields the files below a folder, and gathers the litter.

        Args:
            path: of the folder, relative to the first one.
            above: device and inode of each folder above, so that a link to one ends the walk.
        """
        status = (self.folder / path).stat()
        here = (status.st_dev, status.st_ino)
        if here in above:
            return
        with os.scandir(self.folder / path) as entries:
            for entry in entries:
                inner = path / entry.name
                if is_litter(entry.name):
                    self.litter.append(inner)
                elif entry.is_dir():
                    yield from self.files(inner, above | {here})
                elif entry.is_file():
                    status = entry.stat()
                    yield File(inner, Path(entry.path), status.st_size, status.st_mtime_ns)
                elif entry.is_symlink():
                    raise InputError(f"{self.name(inner)}: is a link to nothing")

    def name(self, path: PurePosixPath) -> str:
        """Returns the name of something in the folder, for messages."""
        return f"{self.source}/{path}" if path.parts else self.source
