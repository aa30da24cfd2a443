"""A cheap description of what the source is now; that it changed makes DVC ingest again."""

import hashlib
from pathlib import Path

from components.ingest.listing import files
from components.ingest.params import IngestParams
from components.ingest.sources.source import Source
from components.shared.runtime.errors import InputError

Facts = dict[str, object]


def facts(source: Source, params: IngestParams) -> Facts:
    """What tells the source of today from that of tomorrow.

    Sizes and times of a folder or archive, the server's validators of a download, keys, sizes and
    ETags of objects, the commit and DVC's hash of a repository's folder, the sample's parameters.

    The same source gives the same facts; no absolute path is among them.

    Raises:
        InputError: the source is missing, empty or cannot be read or reached.
    """
    match source.kind:
        case "sample":
            return _sample(params)
        case "folder":
            return _folder(Path(source.place))
        case "archive":
            return _archive(Path(source.place))
        case "web":
            return _web(source.place, params)
        case "s3":
            return _s3(params)
        case "dvc":
            return _dvc(source.place)


def _sample(params: IngestParams) -> Facts:
    from components.ingest.sample.generate import VERSION

    return {"kind": "sample", "version": VERSION, **params.sample.model_dump()}


def _folder(folder: Path) -> Facts:
    found = files(folder)
    if not found:
        raise InputError(f"{folder}: is empty")
    listing = hashlib.sha256()
    for file in found:
        listing.update(f"{file.path}\0{file.size}\0{file.mtime_ns}\n".encode())
    total = sum(file.size for file in found)
    return {"kind": "folder", "files": len(found), "bytes": total, "listing": listing.hexdigest()}


def _archive(archive: Path) -> Facts:
    about = archive.stat()
    return {"kind": "archive", "bytes": about.st_size, "mtime_ns": about.st_mtime_ns}


def _web(address: str, params: IngestParams) -> Facts:
    from components.ingest.sources.cached_download import validators

    return {"kind": "web", **validators(address, params.sha256)}


def _s3(params: IngestParams) -> Facts:
    from components.ingest.sources import s3_objects
    from components.shared.storage.s3 import Store

    return s3_objects.find(Store(), params).facts()


def _dvc(name: str) -> Facts:
    from components.ingest.sources import dvc_repository

    with dvc_repository.opened(name) as versioned:
        return versioned.facts()
