"""The ingest step: a source becomes a folder of images, the bytes as they came, with a catalog."""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components.ingest import catalog, copying, layout
from components.ingest import fingerprint as facts_of
from components.ingest.catalog import Entry
from components.ingest.listing import files, is_image
from components.ingest.params import IngestParams
from components.ingest.source import Source, resolve
from components.shared.errors import InputError
from components.shared.files import atomic_file, atomic_folder

UNPACKED = ".unpacked"
log = logging.getLogger(__name__)


def run(params: IngestParams, out: Path) -> dict[str, float]:
    """Writes the source's images and `catalog.csv` into `out`.

    Args:
        params: where the images come from.
        out: the folder to write; complete or absent.

    Returns:
        How many images, identities, genuine and forgeries there are, and the images' bytes.

    Raises:
        InputError: the source is missing, empty, unreadable, unsafe, or of no known layout.
    """
    source = resolve(params)
    _refuse_overlap(source, out)
    with atomic_folder(out) as folder:
        entries = _sample(params, folder) if source.kind == "sample" else _outside(source, params, folder)
        rows = catalog.write(entries, folder)
        return _figures(rows, folder)


def fingerprint(params: IngestParams, out: Path) -> None:
    """Writes what the source is now as JSON; a changed source gives another file.

    Raises:
        InputError: the source is missing, empty or cannot be read or reached.
    """
    facts = facts_of.facts(resolve(params), params)
    with atomic_file(out) as path:
        path.write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _sample(params: IngestParams, folder: Path) -> list[Entry]:
    from components.ingest import sample

    return sample.generate(params.sample, folder)


def _outside(source: Source, params: IngestParams, folder: Path) -> list[Entry]:
    with _opened(source, params, folder / UNPACKED) as root:
        found = files(root)
        scan = layout.scan(found, params.layout, params.source)
        _tell_what_is_left_out(
            Counter(f.path.suffix.lower() or f.path.name for f in found if not is_image(f.path)), scan
        )
        return copying.copy(scan.images, folder, move=source.kind != "folder")


@contextmanager
def _opened(source: Source, params: IngestParams, unpacked: Path) -> Iterator[Path]:
    """Yields a folder that holds the source's files; what was unpacked for it is removed afterwards."""
    if source.kind == "folder":
        yield Path(source.place)
        return
    import shutil

    from components.ingest import archive, download

    packed = download.fetch(source.place, params) if source.kind == "web" else Path(source.place)
    if source.kind == "archive":
        download.check(packed, params.sha256)
    try:
        archive.unpack(packed, unpacked, archive.Limits(params.max_files, params.max_bytes, params.max_ratio))
        yield unpacked
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)


def _refuse_overlap(source: Source, out: Path) -> None:
    if source.kind != "folder":
        return
    inside, outside = out.resolve(), Path(source.place).resolve()
    if inside.is_relative_to(outside) or outside.is_relative_to(inside):
        raise InputError(f"ingest.source {source.place} and the output {out} stand one in the other: move one of them")


def _tell_what_is_left_out(others: Counter[str], scan: layout.Scan) -> None:
    if others:
        log.info("no images, left out: %s", ", ".join(f"{count} × {suffix}" for suffix, count in others.most_common(8)))
    if scan.misplaced:
        log.warning(
            "%d images stand where the layout has none, such as %s: left out", len(scan.misplaced), scan.misplaced[0]
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
