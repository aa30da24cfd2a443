"""The kind of source that `ingest.source` names."""

import os
import re
from pathlib import Path

from components.ingest.params import IngestParams
from components.ingest.sources.collections_source import CollectionsSource, named
from components.ingest.sources.dvc_source import DvcSource
from components.ingest.sources.local_source import ArchiveSource, FolderSource
from components.ingest.sources.s3_source import S3Source
from components.ingest.sources.sample_source import SampleSource
from components.ingest.sources.source import Source
from components.ingest.sources.web_source import WebSource
from components.shared.runtime.errors import InputError
from components.shared.storage.s3_address import Address, is_s3

CEDAR_URL = "https://cedar.buffalo.edu/NIJ/data/signatures.rar"
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]+):", re.IGNORECASE)
_WEB = re.compile(r"^(https://|http://(127\.0\.0\.1|localhost)(:\d+)?/)", re.IGNORECASE)
_HASHABLE = (ArchiveSource, WebSource, S3Source)


def resolve(params: IngestParams) -> Source:
    """Returns the source that the parameters name, without reading it.

    Raises:
        InputError: it is missing, or of no known kind, or a hash was given for a kind without one.
    """
    if isinstance(params.source, str):
        return _resolve(params, params.source)
    sources: dict[str, Source] = {}
    for name, own in params.collections.items():
        with named(name):
            sources[name] = _resolve(own, str(own.source))
    return CollectionsSource(sources, params)


def _resolve(params: IngestParams, name: str) -> Source:
    source = _of_kind(params, name)
    if params.sha256 and not isinstance(source, _HASHABLE):
        raise InputError(
            "ingest.sha256 is the hash of an archive, "
            f"but ingest.source is a {source.kind}: set it to null"
        )
    return source


def _of_kind(params: IngestParams, name: str) -> Source:
    if name == "sample":
        return SampleSource(params)
    if name in _NAMED:
        return _NAMED[name](params)
    if _WEB.match(name):
        return WebSource(name, params)
    if is_s3(name):
        return S3Source(Address.parse(name, "ingest.source"), params)
    if name.startswith("dvc:"):
        return DvcSource(name, params)
    scheme = _SCHEME.match(name)
    if scheme and not Path(name).exists():
        raise InputError(
            f"ingest.source: {scheme[1]}:… is not supported; "
            "give https://…, s3://…, dvc:…, a folder or an archive"
        )
    return _local(Path(name).expanduser(), f"ingest.source: {name}", params)


def _cedar(params: IngestParams) -> Source:
    """Returns the folder or archive that CEDAR_DIR names, else the public archive."""
    folder = os.environ.get("CEDAR_DIR")
    if not folder:
        return WebSource(CEDAR_URL, params)
    return _local(Path(folder), f"CEDAR_DIR={folder}", params)


def _bhsig260(params: IngestParams) -> Source:
    """Returns the folder or archive that BHSIG260_DIR names; no public archive is known."""
    folder = os.environ.get("BHSIG260_DIR")
    if not folder:
        raise InputError(
            "ingest.source: bhsig260 is the folder or archive that BHSIG260_DIR names: set it to "
            "where the collection lies"
        )
    return _local(Path(folder), f"BHSIG260_DIR={folder}", params)


def _local(path: Path, origin: str, params: IngestParams) -> Source:
    """Returns a folder or an archive on this machine.

    Args:
        path: of the folder or archive.
        origin: the setting that names it, for the message.
        params: of the step.
    """
    try:
        if path.is_dir():
            return FolderSource(path, params)
        if path.is_file():
            return ArchiveSource(path, params)
        missing = not path.exists()
    except OSError as error:
        raise InputError(f"{origin}: cannot be read: {error.strerror}") from None
    fault = "no such folder or file" if missing else "is neither a folder nor a file"
    raise InputError(f"{origin}: {fault}")


_NAMED = {"cedar": _cedar, "bhsig260": _bhsig260}
