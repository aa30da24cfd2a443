"""The files of a folder, and those of them that are images."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from components.shared.runtime.errors import InputError

LITTER = {"thumbs.db", "desktop.ini", "__macosx"}
# Formats that Pillow names but cannot decode by itself.
NAMED_ONLY = {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"}


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


def files(folder: Path) -> list[File]:
    """Lists every file below a folder, sorted by path.

    Hidden files and the litter of file managers are left out. Links are followed (DVC and others
    link data instead of copying it), but not in circles.

    Raises:
        InputError: the folder or something in it is missing or cannot be read.
    """
    try:
        contents = list(_walk(folder, PurePosixPath(), frozenset()))
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from None
    return sorted(contents, key=lambda file: str(file.path))


def is_image(path: PurePosixPath) -> bool:
    """Returns whether Pillow reads files of this suffix."""
    return path.suffix.lower() in image_suffixes()


@cache
def image_suffixes() -> frozenset[str]:
    """Returns the suffixes of all formats that Pillow decodes."""
    from PIL import Image

    Image.init()
    return frozenset(
        suffix
        for suffix, name in Image.EXTENSION.items()
        if name in Image.OPEN and name not in NAMED_ONLY
    )


def _walk(folder: Path, path: PurePosixPath, above: frozenset[tuple[int, int]]) -> Iterator[File]:
    """Yields the files below a folder.

    Args:
        folder: to list.
        path: the folder's path relative to the first one.
        above: device and inode of each folder above, so that a link to one ends the walk.
    """
    status = folder.stat()
    here = (status.st_dev, status.st_ino)
    if here in above:
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower() in LITTER:
                continue
            inner = path / _check_name(entry.name, folder)
            if entry.is_dir():
                yield from _walk(Path(entry.path), inner, above | {here})
            elif entry.is_file():
                status = entry.stat()
                yield File(inner, Path(entry.path), status.st_size, status.st_mtime_ns)
            elif entry.is_symlink():
                raise InputError(f"{entry.path}: is a link to nothing")


def _check_name(name: str, folder: Path) -> str:
    """Returns the name, if a catalog can hold it and every system can write it.

    Raises:
        InputError: it is no Unicode, or has a backslash or a control character.
    """
    if not name.isprintable() or "\\" in name:
        raise InputError(
            f"{folder}: the name {name!a} has a backslash or a character that cannot be printed: "
            "rename it"
        )
    return name
