"""The state of a source: cheap to know for DVC, and by its content for Kubeflow's cache."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from components.ingest.params import IngestParams
from components.ingest.sources.collections_source import CollectionsSource, named
from components.ingest.sources.local_source import ArchiveSource, FolderSource
from components.ingest.sources.resolve import resolve
from components.ingest.sources.source import Fingerprint, Source
from components.ingest.sources.web_source import WebSource
from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_file, sha256

VALIDATORS = ("sha256", "etag", "last_modified")
"""Facts of a download, each of which changes with its content."""


def write(params: IngestParams, out: Path) -> None:
    """Writes what the source is now as JSON; a changed source gives another file.

    Raises:
        InputError: the source is missing, empty or cannot be read or reached.
    """
    facts = {**resolve(params).facts(), **_table_facts(params)}
    with atomic_file(out) as path:
        path.write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def of_content(params: IngestParams) -> str:
    """Returns what the source holds now as JSON, the same wherever and whenever it was copied.

    Files of this machine are known by their hashes, as is a download whose server gives neither
    ETag nor date; objects of a store by their ETags.

    Raises:
        InputError: the source is missing, empty or cannot be read or reached.
    """
    facts = {**_content(resolve(params)), **_table_facts(params)}
    return json.dumps(facts, sort_keys=True)


def _content(source: Source) -> Fingerprint:
    """Returns the source's facts, with hashes in place of times."""
    if isinstance(source, CollectionsSource):
        facts: Fingerprint = {}
        for name, own in source.sources.items():
            with named(name):
                facts[name] = _content(own)
        return {"kind": source.kind, "collections": facts}
    if isinstance(source, FolderSource):
        files = {str(file.path): file.file for file in source.files()}
        return {"kind": source.kind, "listing": _hash_of_all(files)}
    if isinstance(source, ArchiveSource):
        volumes = {str(number): file for number, file in enumerate(source.files())}
        return {"kind": source.kind, "listing": _hash_of_all(volumes)}
    facts = source.facts()
    if isinstance(source, WebSource) and not any(facts.get(name) for name in VALIDATORS):
        from components.ingest.sources.cached_download import fetch

        return {**facts, "sha256": _sha256(fetch(source.address, source.params))}
    return facts


def _hash_of_all(files: Mapping[str, Path]) -> str:
    """Returns one sha256 of the names and the contents of files."""
    lines = [f"{name}\0{_sha256(file)}\n" for name, file in files.items()]
    return hashlib.sha256("".join(lines).encode(errors="surrogateescape")).hexdigest()


def _sha256(file: Path) -> str:
    try:
        return sha256(file)
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from None


def _table_facts(params: IngestParams) -> dict[str, object]:
    """Returns the hashes of csvs that are layouts, where they lie on this machine."""
    if params.collections:
        tables = {name: _table_facts(own) for name, own in params.collections.items()}
        return {"layouts": tables} if any(tables.values()) else {}
    table = Path(params.layout).expanduser()
    if params.layout.endswith(".csv") and table.is_file():
        return {"layout": sha256(table)}
    return {}
