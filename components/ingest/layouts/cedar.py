"""The layout `cedar`: full_org/original_W_S.png with full_forg/forgeries_W_S.png."""

import re
from pathlib import PurePosixPath

from components.ingest.layouts.labels import Labels, Scan, read
from components.ingest.listing import File
from components.shared.runtime.errors import InputError

DEPTH = 2  # the most folders above the layout's root
FOLDERS = {
    "full_org": ("genuine", re.compile(r"original_(\d+)_\d+\.\w+$", re.IGNORECASE)),
    "full_forg": ("forgery", re.compile(r"forgeries_(\d+)_\d+\.\w+$", re.IGNORECASE)),
}


def scan(images: list[File]) -> Scan:
    """Reads CEDAR's two folders at the smallest depth that has them."""
    for depth in range(DEPTH + 1):
        complete = _complete_roots(images, depth)
        if len(complete) > 1:
            names = ", ".join(sorted(map(str, complete)))
            raise InputError(
                f"CEDAR's folders are there more than once: {names}; name one of them as the source"
            )
        if complete:
            return read(images, complete[0], _labels)
    return Scan([], [file.path for file in images])


def _complete_roots(images: list[File], depth: int) -> list[PurePosixPath]:
    """Returns the folders at a depth that hold both of CEDAR's folders, with images in them."""
    folders: dict[tuple[str, ...], set[str]] = {}
    for file in images:
        parts = file.path.parts
        if len(parts) == depth + 2:
            folders.setdefault(parts[:depth], set()).add(parts[depth])
    return [PurePosixPath(*root) for root, names in folders.items() if names >= set(FOLDERS)]


def _labels(path: PurePosixPath) -> Labels | None:
    if len(path.parts) != 2 or path.parts[0] not in FOLDERS:
        return None
    kind, pattern = FOLDERS[path.parts[0]]
    match = pattern.match(path.name)
    return Labels(match[1], kind) if match else None
