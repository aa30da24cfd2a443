"""Decodes, normalises and packs every image of the catalog, on all cores."""

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from components.preprocess import duplicates, report
from components.preprocess.near_search import find_links, merge
from components.preprocess.normalising import build_normaliser
from components.preprocess.params import PreprocessParams
from components.preprocess.perceptual_hash import hash_prepared, join
from components.shared.data import catalog
from components.shared.data.copies import DUPLICATES, Duplicate, write_duplicates
from components.shared.data.disguised_store import prepare_disguised
from components.shared.data.image_store import (
    REJECTED,
    REJECTED_COLUMNS,
    open_store,
    write_rejected,
)
from components.shared.data.near_copies import NearCopy, write_near_copies
from components.shared.data.pairs import read_pairs, write_pairs
from components.shared.data.preparation import Normaliser, Prepared, prepare
from components.shared.runtime import cores
from components.shared.runtime.errors import InputError
from components.shared.storage import failure_table
from components.shared.storage.files import atomic_folder

EXAMPLES = 3
"""Rejected images that the error message names."""


def run(
    params: PreprocessParams, raw: Path, out: Path, report_folder: Path | None = None
) -> dict[str, float]:
    """Prepares the images of a catalog.

    Writes images.npy (uint8 [N, H, W, C]), index.parquet, sources.parquet (what each file said of
    itself before: mode, dpi, median_grey, file_bytes, height, width), rejected.csv (path, reason),
    duplicates.csv (path, original) and near_copies.csv (path, original, distance), where there are
    copies, and normalise.json into `out`, in the catalog's order, the same bytes on every machine.

    Args:
        params: mode and size, and what is rejected.
        raw: the folder that holds catalog.csv and the images.
        out: becomes the folder of prepared images, complete or not at all.
        report_folder: becomes the folder of metrics.json, summary.txt and, where there are any,
            duplicates.csv: all pairs with their labels; where it is named.

    Returns:
        images, rejected, duplicates, inverted, identities; n_near_copies where there are any;
        failure_to_acquire where quality is judged; disguised where there are such signatures, which
        are kept apart in the folder `disguised`; `probe/source/…` where there are forgeries.

    Raises:
        InputError: the catalog cannot be used, or more images are rejected than `max_rejected`
            allows: those are listed, with the reasons, in a csv beside `out`.
    """
    rows = catalog.rows(raw)
    normaliser = Normaliser(build_normaliser(params), params.normalisation, params.max_pixels)
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    with atomic_folder(out) as folder:
        workers = cores.available()
        images = prepare(raw, rows, normaliser, folder, label="preprocess", workers=workers)
        disguised = prepare_disguised(
            raw, rows, normaliser, folder, label="disguised", workers=workers
        )
        rejected = images.rejected + (disguised.rejected if disguised else [])
        table = failure_table.path_beside(out, REJECTED)
        table.unlink(missing_ok=True)
        _validate_rejected(rejected, len(rows), params.max_rejected, raw, table)
        write_rejected(rejected, folder)
        _report_duplicates(images.duplicates, folder)
        near = _find_near_copies(images, folder, params)
        write_near_copies(near, folder)
        write_pairs(read_pairs(raw), folder)
        if disguised:
            logging.info("%d disguised signatures are kept apart", len(disguised.rows))
    pairs = duplicates.list_pairs(rows, images.equal, near)
    duplicates.warn(pairs)
    results = report.measure(images, pairs, judged=params.judges_quality)
    if report_folder is not None:
        with atomic_folder(report_folder) as folder:
            report.write(folder, results)
            duplicates.write(pairs, folder)
    return results.figures


def _find_near_copies(images: Prepared, prepared: Path, params: PreprocessParams) -> list[NearCopy]:
    """Finds images that are nearly equal, as they came or as they were prepared.

    Args:
        images: those in the store, with their hashes.
        prepared: the folder of the store.
        params: of the step.

    Returns:
        The fewest pairs that link all of them.
    """
    if not params.near_copies:
        return []
    rows = images.rows
    by_source = find_links(join(images.hashes), params.near_copies)
    by_prepared = find_links(hash_prepared(open_store(prepared).images), params.near_copies)
    links = merge(by_source, by_prepared, len(rows))
    return [
        NearCopy(rows[second]["path"], rows[first]["path"], int(bits))
        for first, second, bits in zip(*links, strict=True)
    ]


def _validate_rejected(
    rejected: Sequence[tuple[str, str]], total: int, allowed: float, raw: Path, table: Path
) -> None:
    """Fails where too many images are rejected, and writes all of them into a table then."""
    if len(rejected) > allowed * total or len(rejected) == total:
        examples = "; ".join(f"{path}: {reason}" for path, reason in rejected[:EXAMPLES])
        more = f"; and {len(rejected) - EXAMPLES} more" if len(rejected) > EXAMPLES else ""
        failure_table.write(table, REJECTED_COLUMNS, rejected)
        raise InputError(
            f"{raw}: {len(rejected)} of {total} images are rejected, more than "
            f"preprocess.max_rejected ({allowed:g}) allows: {examples}{more}; all: {table}"
        )
    if rejected:
        logging.warning(
            "%d of %d images rejected; the reasons are in rejected.csv", len(rejected), total
        )


def _report_duplicates(copies: Sequence[Duplicate], folder: Path) -> None:
    write_duplicates(copies, folder)
    if copies:
        logging.warning(
            "%d images are copies of others and are left out; %s names them",
            len(copies),
            DUPLICATES,
        )
