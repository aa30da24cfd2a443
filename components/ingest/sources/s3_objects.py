"""The objects that an S3 address names: one archive, or all objects below a prefix."""

import hashlib
import posixpath
from collections import Counter
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from components.ingest.archives.limits import inside
from components.ingest.params import IngestParams
from components.ingest.sources import s3_download
from components.ingest.sources.checksum import check
from components.ingest.sources.download_cache import CachedDownload
from components.shared.runtime.errors import InputError
from components.shared.storage.s3 import Store, Stored
from components.shared.storage.s3_address import Address


class Listing(NamedTuple):
    """The objects that an address names now.

    Attributes:
        address: below which the objects' names stand.
        objects: their names, sizes and ETags.
        is_archive: whether the address named one object and no prefix.
    """

    address: Address
    objects: list[Stored]
    is_archive: bool

    @property
    def bytes(self) -> int:
        """The size of all objects together."""
        return sum(item.bytes for item in self.objects)

    def facts(self) -> dict[str, object]:
        """Returns facts that change when an object is added, removed, renamed or written anew."""
        if self.is_archive:
            (archive,) = self.objects
            return {
                "kind": "s3",
                "address": f"{self.address / archive.name}",
                "bytes": archive.bytes,
                "etag": archive.etag,
            }
        lines = [f"{item.name}\0{item.bytes}\0{item.etag}\n" for item in self.objects]
        return {
            "kind": "s3",
            "address": str(self.address),
            "files": len(self.objects),
            "bytes": self.bytes,
            "listing": hashlib.sha256("".join(lines).encode()).hexdigest(),
        }


def find(store: Store, address: Address, params: IngestParams) -> Listing:
    """Lists the object of exactly this address, else the objects below it.

    Raises:
        InputError: there are none, or more or larger ones than `max_files` and `max_bytes` admit;
            or as `Store` says.
    """
    listing = _list(store, address, params.max_files + 1)
    if not listing.objects:
        raise InputError(
            f"ingest.source: {store.describe(address)}: no such object, and none below it"
        )
    if len(listing.objects) > params.max_files:
        raise InputError(
            f"{address}: holds more than {params.max_files:,} objects (ingest.max_files)"
        )
    if listing.bytes > params.max_bytes:
        raise InputError(f"{address}: is larger than {params.max_bytes:,} bytes (ingest.max_bytes)")
    if params.sha256 and not listing.is_archive:
        raise InputError(
            "ingest.sha256 is the hash of an archive, but ingest.source is a prefix: set it to null"
        )
    return listing


def fetch(store: Store, listing: Listing, params: IngestParams) -> Path:
    """Downloads objects, except those that the cache has as the store has them.

    Returns:
        The archive, or the folder of all objects, in the cache.

    Raises:
        InputError: an object's name leads elsewhere, an object changes meanwhile or arrives
            damaged, or the archive has another hash than `sha256`; or as `Store` says.
    """
    cached = CachedDownload.of(str(params.source))
    with cached.locked():
        paths = {item: cached.complete / path for item, path in _paths(listing).items()}
        s3_download.bring(store, listing.address, paths, cached.facts)
        _remove_others(cached.complete, set(paths.values()))
    if not listing.is_archive:
        return cached.complete
    (archive,) = paths.values()
    check(archive, params.sha256, remove=True)
    return archive


def _list(store: Store, address: Address, limit: int) -> Listing:
    archive = store.find(address) if address.key else None
    if archive:
        folder, name = posixpath.split(address.key)
        objects = [archive._replace(name=name)]
        return Listing(Address(address.bucket, folder), objects, is_archive=True)
    return Listing(address, list(islice(store.below(address), limit)), is_archive=False)


def _paths(listing: Listing) -> dict[Stored, Path]:
    """Returns the path of each object relative to the folder of all.

    Raises:
        InputError: an object's name leads elsewhere, or two names stand in each other's way.
    """
    paths = {item: inside(item.name) for item in listing.objects}
    counts = Counter(paths.values())
    folders: set[PurePosixPath] = set()
    for path in counts:
        folders.update(path.parents if path else ())
    for item, path in paths.items():
        if path is None:
            raise InputError(
                f"{listing.address}: the object {item.name!r} leads out of the folder: refused"
            )
        if path in folders or counts[path] > 1:
            raise InputError(
                f"{listing.address}: the object {item.name!r} is in the way of another: rename it"
            )
    return {item: Path(path) for item, path in paths.items() if path}


def _remove_others(folder: Path, paths: set[Path]) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path not in paths:
            path.unlink()
