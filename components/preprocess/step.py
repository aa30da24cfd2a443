"""Decodes, normalises and packs every image of the catalog, on all cores."""

import logging
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import pandas as pd
from PIL import Image

from components.preprocess import report
from components.preprocess.params import PreprocessParams
from components.shared.data import catalog
from components.shared.data.image_store import StoreWriter, write_rejected, write_sources
from components.shared.data.source_files import (
    Normalised,
    Rejected,
    SourceImage,
    read,
    source_table,
)
from components.shared.runtime import backend
from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar
from components.shared.storage.files import atomic_folder

Row: TypeAlias = dict[str, str]
Graph: TypeAlias = Callable[[Sequence[bytes]], list[Normalised | Rejected]]
Prepared: TypeAlias = tuple[Normalised, SourceImage] | str
_CHUNK = 32  # images that go through the graph in one call
_SHOWN = 3


def run(
    params: PreprocessParams, raw: Path, out: Path, told: Path | None = None
) -> dict[str, float]:
    """Prepares the images of a catalog.

    Writes images.npy (uint8 [N, H, W, C]), index.parquet, sources.parquet (what each file said of
    itself before: mode, dpi, median_grey, file_bytes, height, width), rejected.csv (path, reason)
    and normalise.json into `out`, in the catalog's order, the same bytes on every machine.

    Args:
        params: mode and size, and what is rejected.
        raw: the folder that holds catalog.csv and the images.
        out: becomes the folder of prepared images, complete or not at all.
        told: becomes the folder of the report, where it is named: metrics.json and summary.txt.

    Returns:
        images, rejected, identities; `probe/source/…` where there are forgeries.

    Raises:
        InputError: the catalog cannot be used, or more images are rejected than `max_rejected`
            allows.
    """
    rows = catalog.rows(raw)
    backend.set_up_tensorflow_per_image()  # once it is known that there is something to do
    from components.shared.data.batch_graph import build_normaliser

    prepare = partial(_prepare, build_normaliser(params.normalisation), params.max_pixels, raw)
    rejected: list[tuple[str, str]] = []
    kept: list[Row] = []
    sources: list[SourceImage] = []
    greys: list[int] = []
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    with atomic_folder(out) as fresh:
        with (
            StoreWriter(fresh, params.normalisation) as writer,
            progress_bar("preprocess", "image", len(rows)) as progress,
        ):
            for row, result in zip(rows, _in_parallel(prepare, rows), strict=True):
                progress.update()
                if isinstance(result, str):
                    rejected.append((row["path"], result))
                    continue
                (pixels, grey), source = result
                writer.append(pixels, {**row, "height": source.height, "width": source.width})
                kept.append(row)
                sources.append(source)
                greys.append(grey)
            _demand_enough(rejected, len(rows), params.max_rejected, raw)
        table = source_table(sources, greys)
        write_sources(table, fresh)
        write_rejected(rejected, fresh)
    found = report.measure(pd.DataFrame(kept), table, len(rejected))
    if told is not None:
        with atomic_folder(told) as fresh:
            report.write(fresh, found)
    return found.figures


def _prepare(graph: Graph, max_pixels: int, raw: Path, rows: Sequence[Row]) -> list[Prepared]:
    """What was made of some images, and their sources, or the reason why one is rejected."""
    sources = [read(raw / row["path"], max_pixels) for row in rows]
    found = iter(graph([source.encoded for source in sources if isinstance(source, SourceImage)]))
    return [
        _prepared(next(found), source) if isinstance(source, SourceImage) else str(source)
        for source in sources
    ]


def _prepared(found: Normalised | Rejected, source: SourceImage) -> Prepared:
    return str(found) if isinstance(found, Rejected) else (found, source._replace(encoded=b""))


def _in_parallel(
    prepare: Callable[[Sequence[Row]], list[Prepared]], rows: Sequence[Row]
) -> Iterator[Prepared]:
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        chunks = [rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK)]
        yield from chain.from_iterable(pool.map(prepare, chunks))
    finally:
        pool.shutdown(cancel_futures=True)


def _demand_enough(rejected: list[tuple[str, str]], total: int, allowed: float, raw: Path) -> None:
    if len(rejected) > allowed * total or len(rejected) == total:
        first = "; ".join(f"{path}: {reason}" for path, reason in rejected[:_SHOWN])
        more = f"; and {len(rejected) - _SHOWN} more" if len(rejected) > _SHOWN else ""
        raise InputError(
            f"{raw}: {len(rejected)} of {total} images are rejected, more than preprocess.max_rejected "
            f"({allowed:g}) allows: {first}{more}"
        )
    if rejected:
        logging.warning(
            "%d of %d images rejected; the reasons are in rejected.csv", len(rejected), total
        )
