"""A source in an S3 store: one archive, or all objects below a prefix."""

import hashlib
import posixpath
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from components.ingest.archives.members import inside
from components.ingest.params import IngestParams
from components.ingest.sources import s3_download
from components.ingest.sources.cached_download import Cached, check
from components.shared.runtime.errors import InputError
from components.shared.storage.s3 import Store, Stored
from components.shared.storage.s3_address import Address


class Found(NamedTuple):
    """What an address names now.

    Attributes:
        address: below which the objects' names stand.
        objects: their names, sizes and ETags.
        is_archive: the address named one object and no prefix.
    """

    address: Address
    objects: list[Stored]
    is_archive: bool

    def facts(self) -> dict[str, object]:
        """Whatever changes when an object is added, removed, renamed or written anew."""
        if self.is_archive:
            (only,) = self.objects
            return {
                "kind": "s3",
                "address": f"{self.address / only.name}",
                "bytes": only.bytes,
                "etag": only.etag,
            }
        listing = hashlib.sha256(
            "".join(f"{o.name}\0{o.bytes}\0{o.etag}\n" for o in self.objects).encode()
        )
        counts = {"files": len(self.objects), "bytes": sum(found.bytes for found in self.objects)}
        return {
            "kind": "s3",
            "address": str(self.address),
            **counts,
            "listing": listing.hexdigest(),
        }


def find(store: Store, params: IngestParams) -> Found:
    """The object of exactly this address, else the objects below it.

    Raises:
        InputError: there are none, or more or larger ones than `max_files` and `max_bytes` admit;
            or as `Store` says.
    """
    address = Address.parse(params.source, "ingest.source")
    one = store.find(address) if address.key else None
    if one:
        folder, name = posixpath.split(address.key)
        found = Found(Address(address.bucket, folder), [one._replace(name=name)], is_archive=True)
    else:
        found = Found(
            address, list(islice(store.below(address), params.max_files + 1)), is_archive=False
        )
    if not found.objects:
        raise InputError(
            f"ingest.source: {store.named(address)}: no such object, and none below it"
        )
    if len(found.objects) > params.max_files:
        raise InputError(
            f"{address}: holds more than {params.max_files:,} objects (ingest.max_files)"
        )
    if sum(item.bytes for item in found.objects) > params.max_bytes:
        raise InputError(f"{address}: is larger than {params.max_bytes:,} bytes (ingest.max_bytes)")
    if params.sha256 and not found.is_archive:
        raise InputError(
            "ingest.sha256 is the hash of an archive, but ingest.source is a prefix: set it to null"
        )
    return found


def fetch(store: Store, found: Found, params: IngestParams) -> Path:
    """The archive, or the folder with all objects, from the cache as far as it still is what the
    store has.

    Raises:
        InputError: an object's name leads elsewhere, an object changes meanwhile or arrives
            damaged, or the archive has another hash than `sha256`; or as `Store` says.
    """
    cached = Cached.of(params.source)
    with cached.alone():
        places = {item: cached.complete / path for item, path in _paths(found).items()}
        s3_download.bring(store, found.address, places, cached.facts)
        _remove_others(cached.complete, set(places.values()))
    if not found.is_archive:
        return cached.complete
    (archive,) = places.values()
    check(archive, params.sha256, remove=True)
    return archive


def _paths(found: Found) -> dict[Stored, Path]:
    """Where each object goes, relative to the folder of all.

    Raises:
        InputError: an object's name leads elsewhere, or two names stand in each other's way.
    """
    paths = {item: inside(item.name) for item in found.objects}
    taken = Counter(paths.values())
    folders = {parent for path in taken if path for parent in path.parents}
    for item, path in paths.items():
        if path is None:
            raise InputError(
                f"{found.address}: the object {item.name!r} leads out of the folder: refused"
            )
        if path in folders or taken[path] > 1:
            raise InputError(
                f"{found.address}: the object {item.name!r} is in the way of another: rename it"
            )
    return {item: Path(path) for item, path in paths.items() if path}


def _remove_others(folder: Path, wanted: set[Path]) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path not in wanted:
            path.unlink()
