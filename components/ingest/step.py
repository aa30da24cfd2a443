"""The ingest step: a source becomes a folder of images, the bytes as they came, with a catalog."""

import json
import logging
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from components.ingest import copying, layout
from components.ingest.listing import files, is_image
from components.ingest.params import IngestParams
from components.ingest.sources import fingerprint as facts_of
from components.ingest.sources.fingerprint import Facts
from components.ingest.sources.source import Source, resolve
from components.shared.data import catalog
from components.shared.data.catalog import Entry
from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_file, atomic_folder
from components.shared.tracking import data_version

UNPACKED = ".unpacked"
log = logging.getLogger(__name__)


class Ingested(NamedTuple):
    """What there is now.

    Attributes:
        figures: how many images, identities, genuine and forgeries there are, and the images'
            bytes.
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
        InputError: the source is missing, empty, unreadable, unsafe, or of no known layout.
    """
    source = resolve(params)
    _refuse_overlap(source, out)
    with atomic_folder(out) as folder:
        if source.kind == "sample":
            entries, facts = _sample(params, folder), Facts()
        else:
            entries, facts = _outside(source, params, folder)
        rows = catalog.write(entries, folder)
        return Ingested(_figures(rows, folder), data_version.params(facts))


def fingerprint(params: IngestParams, out: Path) -> None:
    """Writes what the source is now as JSON; a changed source gives another file.

    Raises:
        InputError: the source is missing, empty or cannot be read or reached.
    """
    facts = facts_of.facts(resolve(params), params)
    with atomic_file(out) as path:
        path.write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _sample(params: IngestParams, folder: Path) -> list[Entry]:
    from components.ingest.sample import generate

    return generate.generate(params.sample, folder)


def _outside(source: Source, params: IngestParams, folder: Path) -> tuple[list[Entry], Facts]:
    with _opened(source, params, folder / UNPACKED) as (root, facts):
        found = files(root)
        scan = layout.scan(found, params.layout, params.source)
        _tell_what_is_left_out(
            Counter(f.path.suffix.lower() or f.path.name for f in found if not is_image(f.path)),
            scan,
        )
        return copying.copy(scan.images, folder, move=root.is_relative_to(folder)), facts


@contextmanager
def _opened(source: Source, params: IngestParams, unpacked: Path) -> Iterator[tuple[Path, Facts]]:
    """Yields a folder with the source's files, and their version; what was made for it is removed
    afterwards.
    """
    try:
        place, facts = _brought(source, params, unpacked)
        if place.is_file():
            from components.ingest.archives.members import Limits
            from components.ingest.archives.unpack import unpack

            limits = Limits(params.max_files, params.max_bytes, params.max_ratio)
            unpack(place, unpacked, limits)
            place = unpacked
        yield place, facts
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)


def _brought(source: Source, params: IngestParams, unpacked: Path) -> tuple[Path, Facts]:
    """An archive or a folder on this machine, and what version of the source it is, where there are
    versions.
    """
    from components.ingest.sources import cached_download

    if source.kind == "s3":
        from components.ingest.sources import s3_objects
        from components.shared.storage.s3 import Store

        store = Store()
        found = s3_objects.find(store, params)
        return s3_objects.fetch(store, found, params), found.facts()
    if source.kind == "dvc":
        from components.ingest.sources import dvc_repository

        with dvc_repository.opened(source.place) as versioned:
            return versioned.fetch(unpacked, params), versioned.facts()
    if source.kind == "web":
        return cached_download.fetch(source.place, params), {}
    place = Path(source.place)
    if source.kind == "archive":
        cached_download.check(place, params.sha256)
    return place, {}


def _refuse_overlap(source: Source, out: Path) -> None:
    if source.kind != "folder":
        return
    inside, outside = out.resolve(), Path(source.place).resolve()
    if inside.is_relative_to(outside) or outside.is_relative_to(inside):
        raise InputError(
            f"ingest.source {source.place} and the output {out} stand one in the other: move one of them"
        )


def _tell_what_is_left_out(others: Counter[str], scan: layout.Scan) -> None:
    if others:
        log.info(
            "no images, left out: %s",
            ", ".join(f"{count} × {suffix}" for suffix, count in others.most_common(8)),
        )
    if scan.misplaced:
        log.warning(
            "%d images stand where the layout has none, such as %s: left out",
            len(scan.misplaced),
            scan.misplaced[0],
        )


def _figures(rows: list[Entry], folder: Path) -> dict[str, float]:
    kinds = Counter(row.kind for row in rows)
    return {
        "images": len(rows),
        "identities": len({row.identity for row in rows}),
        "genuine": kinds["genuine"],
        "forgeries": kinds["forgery"],
        "bytes": sum((folder / row.path).stat().st_size for row in rows),
    }
