"""The files of a folder: which are seen, and which of them are images."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from components.shared.runtime.errors import InputError

LITTER = {"thumbs.db", "desktop.ini", "__macosx"}
NAMED_ONLY = {
    "BUFR",
    "EPS",
    "GRIB",
    "HDF5",
    "MPEG",
    "WMF",
}  # formats that Pillow names but cannot decode by itself


@dataclass(frozen=True)
class File:
    """A file below a folder: its path relative to it, where it is, its bytes and its time."""

    path: PurePosixPath
    file: Path
    size: int
    mtime_ns: int


def files(folder: Path) -> list[File]:
    """Every file below a folder, sorted by path; hidden ones and the litter of file managers are
    left out.

    Links are followed (DVC and others link data instead of copying it), but not in circles.

    Raises:
        InputError: the folder or something in it is missing or cannot be read.
    """
    try:
        found = list(_walk(folder, PurePosixPath(), frozenset()))
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from None
    return sorted(found, key=lambda file: str(file.path))


def is_image(path: PurePosixPath) -> bool:
    """Whether Pillow reads files of this suffix."""
    return path.suffix.lower() in image_suffixes()


@cache
def image_suffixes() -> frozenset[str]:
    """The suffixes of all formats that Pillow decodes."""
    from PIL import Image

    Image.init()
    return frozenset(
        suffix
        for suffix, name in Image.EXTENSION.items()
        if name in Image.OPEN and name not in NAMED_ONLY
    )


def _walk(folder: Path, path: PurePosixPath, above: frozenset[tuple[int, int]]) -> Iterator[File]:
    about = folder.stat()
    here = (about.st_dev, about.st_ino)
    if here in above:
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower() in LITTER:
                continue
            inner = path / _safe(entry.name, folder)
            if entry.is_dir():
                yield from _walk(Path(entry.path), inner, above | {here})
            elif entry.is_file():
                about = entry.stat()
                yield File(inner, Path(entry.path), about.st_size, about.st_mtime_ns)
            elif entry.is_symlink():
                raise InputError(f"{entry.path}: is a link to nothing")


def _safe(name: str, folder: Path) -> str:
    """The name, which a catalog can hold and every system can write.

    Raises:
        InputError: it is no Unicode, or has a backslash or a control character.
    """
    if not name.isprintable() or "\\" in name:
        raise InputError(
            f"{folder}: the name {name!a} has a backslash or a character that cannot be printed: rename it"
        )
    return name
