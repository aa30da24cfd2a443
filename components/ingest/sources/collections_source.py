"""Several sources as one (`ingest.source` as a list): a collection each."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, cast

from components.ingest.layouts.labels import PathsError
from components.ingest.pair_lists import in_collection
from components.ingest.params import IngestParams
from components.ingest.sources.local_source import FolderSource
from components.ingest.sources.sample_source import SampleSource
from components.ingest.sources.source import Fingerprint, ImportedImages, Source
from components.shared.data.catalog import Entry
from components.shared.data.pairs import PAIRS, ListedPair, read_pairs, write_pairs
from components.shared.runtime.errors import InputError

UNLIMITED = (FolderSource, SampleSource)
LIMIT = "(ingest.max_"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CollectionsSource:
    """Collections by name; an image's path and identity begin with its collection's name.

    Attributes:
        sources: by the collection's name.
        params: of the step; `max_files` and `max_bytes` are of all collections together.
    """

    kind: ClassVar[str] = "collections"
    sources: Mapping[str, Source]
    params: IngestParams

    def facts(self) -> Fingerprint:
        """Returns those of each source."""
        facts: Fingerprint = {}
        for name, source in self.sources.items():
            with named(name):
                facts[name] = source.facts()
        return {"kind": self.kind, "collections": facts}

    def bring(self, folder: Path) -> ImportedImages:
        """Brings each collection into a folder of its own.

        Folders of this machine and samples have no limits.
        """
        left = self.params
        entries: list[Entry] = []
        pairs: list[ListedPair] = []
        versions: Fingerprint = {}
        for name, source in self.sources.items():
            log.info("collection %s", name)
            below = folder / name
            below.mkdir()
            with named(name):
                images = self._bring(source, left, below)
            if not isinstance(source, UNLIMITED):
                left = _without(left, images.entries, below)
            entries += [_in_collection(entry, name) for entry in images.entries]
            pairs += in_collection(read_pairs(below), name)
            (below / PAIRS).unlink(missing_ok=True)
            versions[name] = images.version
        write_pairs(pairs, folder)
        return ImportedImages(entries, {"kind": self.kind, "collections": versions})

    def _bring(self, source: Source, left: IngestParams, folder: Path) -> ImportedImages:
        """Brings a collection within the limits that are left; says so where they are passed."""
        try:
            return _within(source, left).bring(folder)
        except InputError as error:
            if left is not self.params and LIMIT in str(error):
                raise InputError(f"{error}, which the collections before it left") from None
            raise


def _within(source: Source, left: IngestParams) -> Source:
    """Returns a source with the files and bytes that are left for it."""
    own = cast(Any, source)  # every kind is a dataclass with the parameters of its collection
    caps = {"max_files": left.max_files, "max_bytes": left.max_bytes}
    limited: Source = replace(own, params=own.params.model_copy(update=caps))
    return limited


def _without(left: IngestParams, entries: Sequence[Entry], folder: Path) -> IngestParams:
    """Returns the parameters with the limits that some images leave."""
    size = sum((folder / entry.path).stat().st_size for entry in entries)
    caps = {"max_files": left.max_files - len(entries), "max_bytes": left.max_bytes - size}
    return left.model_copy(update=caps)


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
