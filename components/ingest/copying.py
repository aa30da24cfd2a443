"""Bringing images from a source's folder into the output, byte by byte."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import cast

from components.ingest.layout import Found
from components.shared.data.catalog import CATALOG, Entry, Kind
from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import track
from components.shared.storage.files import sha256

THREADS = 8


def copy(images: list[Found], folder: Path, move: bool) -> list[Entry]:
    """Copies images (or moves them, where the source was unpacked for this) and hashes them.

    Raises:
        InputError: an image cannot be read, or would take the catalog's place.
    """
    if clash := next((image.path for image in images if image.path.parts[0] == CATALOG), None):
        raise InputError(f"{clash}: {CATALOG} is the catalog's own name: rename it")
    for parent in {folder / image.path.parent for image in images}:
        parent.mkdir(parents=True, exist_ok=True)
    bring: Callable[[Path, Path], object] = Path.rename if move else shutil.copyfile
    with ThreadPoolExecutor(THREADS) as pool:
        entries = pool.map(partial(_bring, bring, folder), images)
        return list(track(entries, "ingest", "image", len(images)))


def _bring(bring: Callable[[Path, Path], object], folder: Path, image: Found) -> Entry:
    target = folder / image.path
    try:
        bring(image.file, target)
    except (PermissionError, FileNotFoundError) as error:
        if error.filename != str(image.file):
            raise
        raise InputError(f"{image.file}: cannot be read: {error.strerror}") from None
    return Entry(
        str(image.path), image.identity, cast(Kind, image.kind), sha256(target), image.part
    )
