"""The ingest step: a source becomes a folder of images, the bytes as they came, with a catalog."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from components.ingest.layout import MISPLACED
from components.ingest.layouts.labels import PathsError
from components.ingest.layouts.table import MISSING
from components.ingest.params import IngestParams
from components.ingest.sources.collections_source import CollectionsSource
from components.ingest.sources.local_source import FolderSource
from components.ingest.sources.resolve import resolve
from components.ingest.sources.source import ImportedImages, Source
from components.shared.data import catalog
from components.shared.data.catalog import Entry
from components.shared.data.identities import nfc
from components.shared.runtime.errors import InputError
from components.shared.storage import failure_table
from components.shared.storage.files import atomic_folder
from components.shared.tracking import data_version


class Ingested(NamedTuple):
    """The step's result.

    Attributes:
        figures: numbers of images, identities, genuine, forgeries and, where there are any,
            disguised signatures, and the images' bytes; of several collections, each one's
            identities and images too.
        origin: the version of the source, as parameters; empty where its kind has none.
    """

    figures: dict[str, float]
    origin: dict[str, str]


def run(params: IngestParams, out: Path) -> Ingested:
    """Writes the source's images and `catalog.csv` into `out`.

    Args:
        params: where the images come from.
        out: the folder to write; complete or absent.

    Returns:
        The figures, and what the source was.

    Raises:
        InputError: the source is missing, empty, unreadable, unsafe, or of no known layout. Paths
            that are too many for a message are listed in a csv beside `out`.
    """
    source = resolve(params)
    _refuse_overlap(source, out)
    tables = {name: failure_table.path_beside(out, name) for name in (MISPLACED, MISSING)}
    for table in tables.values():
        table.unlink(missing_ok=True)
    with atomic_folder(out) as folder:
        images = _bring(source, folder, tables)
        rows = catalog.write(images.entries, folder)
        return Ingested(_figures(rows, folder), data_version.params(images.version))


def _bring(source: Source, folder: Path, tables: Mapping[str, Path]) -> ImportedImages:
    """Brings the images; paths that are too many for a message are listed in a table."""
    try:
        return source.bring(folder)
    except PathsError as error:
        table = tables[error.table]
        failure_table.write(table, ["path"], [[path] for path in error.paths])
        raise InputError(f"{error}; all of them: {table}") from None


def _refuse_overlap(source: Source, out: Path) -> None:
    if isinstance(source, CollectionsSource):
        for each in source.sources.values():
            _refuse_overlap(each, out)
    if not isinstance(source, FolderSource):
        return
    inside, outside = out.resolve(), source.path.resolve()
    if inside.is_relative_to(outside) or outside.is_relative_to(inside):
        raise InputError(
            f"ingest.source {source.path} and the output {out} stand one in the other: "
            "move one of them"
        )


def _figures(rows: list[Entry], folder: Path) -> dict[str, float]:
    kinds = Counter(row.kind for row in rows)
    collections = Counter(row.collection for row in rows if row.collection)
    figures: dict[str, float] = {}
    for name, images in collections.items():
        own = {nfc(row.identity) for row in rows if row.collection == name}
        figures |= {f"{name}/images": images, f"{name}/identities": len(own)}
    if kinds[catalog.DISGUISED]:
        figures["disguised"] = kinds[catalog.DISGUISED]
    return figures | {
        "images": len(rows),
        "identities": len({nfc(row.identity) for row in rows}),
        "genuine": kinds["genuine"],
        "forgeries": kinds["forgery"],
        "bytes": sum((folder / row.path).stat().st_size for row in rows),
    }
