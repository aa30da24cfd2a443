"""Images of a folder or an archive, copied into the output and catalogued as its layout says."""

import logging
import shutil
from pathlib import Path

from components.ingest import contents, layout
from components.ingest.archives.limits import Limits
from components.ingest.archives.unpack import unpack
from components.ingest.copying import copy_images
from components.ingest.layouts.labels import Scan
from components.ingest.listing import File, files, is_image
from components.ingest.params import IngestParams
from components.shared.data.catalog import Entry
from components.shared.runtime.errors import InputError

UNPACKED = ".unpacked"
log = logging.getLogger(__name__)


def from_path(path: Path, folder: Path, params: IngestParams) -> list[Entry]:
    """Copies the images of a folder, or of an archive, into `folder`; returns their entries."""
    bring = from_archive if path.is_file() else from_folder
    return bring(path, folder, params)


def from_archive(archive: Path, folder: Path, params: IngestParams) -> list[Entry]:
    """Unpacks an archive below `folder`, moves its images into `folder` and removes the rest.

    Raises:
        InputError: the archive is damaged, hostile or passes a limit, or as `from_folder` says.
    """
    unpacked = folder / UNPACKED
    try:
        unpack(archive, unpacked, Limits(params.max_files, params.max_bytes, params.max_ratio))
        return from_folder(unpacked, folder, params)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)


def from_folder(root: Path, folder: Path, params: IngestParams) -> list[Entry]:
    """Copies the images below `root` into `folder`, or moves them where `root` lies below it.

    Raises:
        InputError: there are none, they have no known layout, or one cannot be read.
    """
    listed = files(root)
    if not any(is_image(file.path) for file in listed):
        raise InputError(contents.no_image(params.source, root, listed))
    scan = layout.scan(
        listed,
        params.layout,
        params.source,
        levels=params.identity_levels,
        max_misplaced=params.max_misplaced,
    )
    _log_left_out(listed, scan, params.layout)
    return copy_images(scan.images, folder, move=root.is_relative_to(folder))


def _log_left_out(listed: list[File], scan: Scan, named: str) -> None:
    """Logs the files that are no images, and warns of pictures that are not read, and of images
    outside the layout `named`.
    """
    paths = [file.path for file in listed]
    if others := contents.counts(paths):
        log.info("no images, left out: %s", others)
    for line in contents.unread_pictures(paths):
        log.warning("%s: left out", line)
    if scan.misplaced:
        log.warning(
            "%d images %s, such as %s: left out",
            len(scan.misplaced),
            f"are not in {named}" if named.endswith(".csv") else "stand where the layout has none",
            scan.misplaced[0],
        )
