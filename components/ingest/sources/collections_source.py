"""Several sources as one (`ingest.source` as a list): a collection each."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from components.ingest.layouts.labels import PathsError
from components.ingest.sources.source import Fingerprint, ImportedImages, Source
from components.shared.data.catalog import Entry
from components.shared.runtime.errors import InputError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CollectionsSource:
    """Collections by name; an image's path and identity begin with its collection's name."""

    kind: ClassVar[str] = "collections"
    sources: Mapping[str, Source]

    def facts(self) -> Fingerprint:
        """Returns those of each source."""
        facts: Fingerprint = {}
        for name, source in self.sources.items():
            with named(name):
                facts[name] = source.facts()
        return {"kind": self.kind, "collections": facts}

    def bring(self, folder: Path) -> ImportedImages:
        """Brings each collection into a folder of its own."""
        entries: list[Entry] = []
        versions: Fingerprint = {}
        for name, source in self.sources.items():
            log.info("collection %s", name)
            below = folder / name
            below.mkdir()
            with named(name):
                images = source.bring(below)
            entries += [_in_collection(entry, name) for entry in images.entries]
            versions[name] = images.version
        return ImportedImages(entries, {"kind": self.kind, "collections": versions})


@contextmanager
def named(collection: str) -> Iterator[None]:
    """Names the collection in an error about one of its sources.

    Raises:
        InputError: as the body does.
    """
    try:
        yield
    except PathsError as error:
        message = f"collection {collection}: {error}"
        raise PathsError(message, error.table, error.paths) from None
    except InputError as error:
        raise InputError(f"collection {collection}: {error}") from None


def _in_collection(entry: Entry, name: str) -> Entry:
    return replace(
        entry,
        path=f"{name}/{entry.path}",
        identity=f"{name}/{entry.identity}",
        collection=name,
    )
