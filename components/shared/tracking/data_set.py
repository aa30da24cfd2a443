"""The data set of a run, as MLflow lists it: the collection's name and its revision."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from components.shared.runtime.errors import redact_credentials
from components.shared.storage.files import sha256
from components.shared.tracking.record import SOURCE, collection_names, last_part, text_of

REVISIONS = ("ingest.origin.commit", "ingest.origin.etag", "ingest.origin.listing")
"""Parameters that tell a versioned source's revision, the first that there is."""
DIGITS = 12
ARCHIVE = re.compile(r"\.(zip|rar|7z|tar|tgz|tar\.\w+)$", re.IGNORECASE)


class DataSet(NamedTuple):
    """A data set.

    Attributes:
        name: of the collection: `sample`, `cedar`, the name of a folder or an archive; several are
            joined by `+`.
        revision: a commit, an ETag, or a hash of the images' names and contents, in short.
        source: as `ingest.source` names it, without credentials.
    """

    name: str
    revision: str
    source: str


def describe(params: Mapping[str, str], index: Path) -> DataSet:
    """Describes the data set of a run.

    Args:
        params: the recorded parameters of the data.
        index: index.parquet of the prepared images, which holds the hash of each source image.
    """
    source = redact_credentials(text_of(params, SOURCE) or index.parent.name)
    revisions = (text_of(params, name) for name in REVISIONS)
    revision = next(filter(None, revisions), None) or sha256(index)
    name = "+".join(collection_names(params)) or _collection(source)
    return DataSet(name, revision.strip('"')[:DIGITS], source)


def _collection(source: str) -> str:
    """Returns the last part of a path or an address: `signatures` of `s3://scans/signatures.zip`."""
    path = source.rpartition(":")[2] if source.startswith("dvc:") else source
    return ARCHIVE.sub("", last_part(path)) or source
