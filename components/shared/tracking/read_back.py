"""Uploads that are read back: a server may answer that it has stored what it has not."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Sizes = Mapping[str, int | None]
"""Sizes in bytes by the path among the artifacts; None: any."""


def sizes(path: Path, folder: str) -> dict[str, int | None]:
    """Returns what an upload of a file, or of all files of a folder, has to leave behind.

    Args:
        path: of the file or the folder.
        folder: of the artifacts that it is uploaded into.
    """
    root = path if path.is_dir() else path.parent
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    return {f"{folder}/{file.relative_to(root).as_posix()}": file.stat().st_size for file in files}


def total(files: Sizes) -> int:
    """Returns the bytes of all files, of those whose size is known."""
    return sum(size or 0 for size in files.values())


def demand(list_folder: Callable[[str | None], Sequence[Any]], uploaded: Sizes) -> None:
    """Checks that artifacts are there with their sizes, by one listing of each folder.

    Args:
        list_folder: returns MLflow's descriptions of the files in a folder; None: the root.
        uploaded: as `sizes` returns it.

    Raises:
        ConnectionError: one is not.
    """
    stored: dict[str, int | None] = {}
    for folder in sorted({path.rpartition("/")[0] for path in uploaded}):
        stored |= {file.path: file.file_size for file in list_folder(folder or None)}
    for path, size in uploaded.items():
        if path not in stored:
            raise ConnectionError(f"it has taken {path}, but does not have it")
        # Some stores tell no sizes.
        if None not in (size, stored[path]) and size != stored[path]:
            raise ConnectionError(f"it has {stored[path]} of the {size} bytes of {path}")
