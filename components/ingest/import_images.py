"""Images of a folder or an archive, copied into the output and catalogued as its layout says.

Lists of comparisons that come with them become pairs.csv there.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from components.ingest import contents, layout, left_out, listing, pair_lists
from components.ingest.archives.limits import Limits
from components.ingest.archives.unpack import unpack
from components.ingest.copying import copy_images
from components.ingest.listing import Listing, is_image
from components.ingest.params import IngestParams
from components.shared.data.catalog import Entry
from components.shared.data.pairs import write_pairs
from components.shared.runtime.errors import InputError

UNPACKED = ".unpacked"


@dataclass(frozen=True)
class Place:
    """A folder or an archive on this machine.

    Attributes:
        path: of it, be it temporary or in a cache.
        name: of the source that it holds, for messages.
    """

    path: Path
    name: str


def from_path(place: Place, folder: Path, params: IngestParams) -> list[Entry]:
    """Copies the images of a folder, or of an archive, into `folder`; returns their entries."""
    bring = from_archive if place.path.is_file() else from_folder
    return bring(place, folder, params)


def from_archive(archive: Place, folder: Path, params: IngestParams) -> list[Entry]:
    """Unpacks an archive below `folder`, moves its images into `folder` and removes the rest.

    Raises:
        InputError: the archive is damaged, hostile or passes a limit, or as `from_folder` says.
    """
    unpacked = folder / UNPACKED
    limits = Limits(params.max_files, params.max_bytes, params.max_ratio)
    try:
        litter = unpack(archive.path, unpacked, limits, name=archive.name, encoding=params.encoding)
        listed = listing.read(unpacked, archive.name)._replace(litter=litter)
        return _import_images(listed, folder, params, move=True)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)


def from_folder(root: Place, folder: Path, params: IngestParams) -> list[Entry]:
    """Copies the images below `root` into `folder`, or moves them where `root` lies below it.

    Raises:
        InputError: there are none, they have no known layout, or one cannot be read or has a name
            that no catalog can hold.
    """
    listed = listing.read(root.path, root.name)
    return _import_images(listed, folder, params, move=root.path.is_relative_to(folder))


def _import_images(
    listed: Listing, folder: Path, params: IngestParams, *, move: bool
) -> list[Entry]:
    if not any(is_image(file.path) for file in listed.files):
        raise InputError(contents.no_image(listed))
    listing.check_names(listed)
    scan = layout.scan(
        listed.files,
        params.layout,
        listed.source,
        levels=params.identity_levels,
        max_misplaced=params.max_misplaced,
    )
    left_out.log_files(listed)
    left_out.log_misplaced(scan, params.layout)
    write_pairs(pair_lists.find(listed.files, scan), folder)
    return copy_images(scan.images, folder, listed.source, move=move)
