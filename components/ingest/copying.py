"""Copies of a source's images in the output, byte by byte, with their hashes."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import cast

from components.ingest.layouts.labels import LabelledImage
from components.shared.data.catalog import CATALOG, Entry, Kind
from components.shared.data.pairs import PAIRS
from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import track
from components.shared.storage.files import sha256

THREADS = 8


def copy_images(
    images: list[LabelledImage], folder: Path, source: str, *, move: bool
) -> list[Entry]:
    """Copies images and hashes them.

    Args:
        images: with their labels.
        folder: to write.
        source: its name, for messages.
        move: whether to move them, as the source was unpacked for this.

    Returns:
        A catalog entry per image, in their order.

    Raises:
        InputError: an image cannot be read, or would take the catalog's place.
    """
    for image in images:
        first = image.path.parts[0]
        if first in (CATALOG, PAIRS):
            raise InputError(
                f"{source}: {image.path}: {first} is the catalog's own name: rename it"
            )
    for parent in {folder / image.path.parent for image in images}:
        parent.mkdir(parents=True, exist_ok=True)
    transfer: Callable[[Path, Path], object] = Path.rename if move else shutil.copyfile
    with ThreadPoolExecutor(THREADS) as pool:
        entries = pool.map(partial(_transfer, transfer, folder), images)
        return list(track(entries, "ingest", "image", len(images)))


def _transfer(
    transfer: Callable[[Path, Path], object], folder: Path, image: LabelledImage
) -> Entry:
    target = folder / image.path
    try:
        transfer(image.file, target)
    except (PermissionError, FileNotFoundError) as error:
        if error.filename != str(image.file):
            raise
        raise InputError(f"{image.file}: cannot be read: {error.strerror}") from None
    identity, kind, part = image.labels
    return Entry(str(image.path), identity, cast(Kind, kind), sha256(target), part)
