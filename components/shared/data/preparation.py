"""Preparation of raw images: each is read, converted and normalised into a store, or rejected.

Of a picture that stands several times only the first is stored.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pandas as pd

from components.shared.data.catalog import DISGUISED
from components.shared.data.copies import Duplicate, content_of, find_copies
from components.shared.data.image_conversion import (
    SourceImage,
    count_pixels,
    read,
    source_table,
)
from components.shared.data.image_store import StoreWriter, write_sources
from components.shared.data.normalisation import Normalisation
from components.shared.data.outcomes import Normalised, Rejected
from components.shared.data.pixel_budget import PixelBudget
from components.shared.runtime import heap
from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar

CHUNK = 32
"""Images that go through the graph in one call, at most."""
LARGE = 8_000_000
"""Pixels that go through it in one call, but for one image."""
BUDGET = 4 * LARGE
"""Pixels that all threads hold decoded at once, but for one image; each takes up to 30 bytes."""

Row: TypeAlias = dict[str, str]
Graph: TypeAlias = Callable[[Sequence[bytes]], list[Normalised | Rejected]]
Reason: TypeAlias = str


class Normaliser(NamedTuple):
    """A normalisation.

    Attributes:
        graph: maps encoded images, at least one, to normalised or rejected ones.
        settings: of the normalisation.
        max_pixels: of an image that is not rejected unseen.
    """

    graph: Graph
    settings: Normalisation
    max_pixels: int


class Prepared(NamedTuple):
    """The outcome of preparing the images of a catalog.

    Attributes:
        rows: of the catalog, of the images in the store.
        sources: the table in sources.parquet, in the same order.
        rejected: path and reason of the images that cannot be used.
        duplicates: copies of images in the store, of the same identity and kind.
        equal: paths of each further image of a picture and of the first, whatever their labels.
        places: of the images in the store, among those that the graph accepted.
        inverted: number of those in the store that were light on dark.
        hashes: `source_hash` of each image in the store.
        disguised: number of images of the catalog that are no part of the store by their kind:
            disguised signatures (`disguised_store`).
    """

    rows: list[Row]
    sources: pd.DataFrame
    rejected: list[tuple[str, Reason]]
    duplicates: list[Duplicate]
    equal: list[tuple[str, str]]
    places: list[int]
    inverted: int
    hashes: list[bytes]
    disguised: int


class _Image(NamedTuple):
    source: SourceImage
    normalised: Normalised


def prepare(
    raw: Path,
    rows: Sequence[Row],
    normaliser: Normaliser,
    folder: Path,
    *,
    label: str,
    workers: int | None,
    disguised: bool = False,
) -> Prepared:
    """Writes images of a catalog but disguised signatures into a store, in the catalog's order.

    Args:
        raw: the folder that holds the images.
        rows: of its catalog.
        normaliser: makes them what the network sees.
        folder: an existing one; becomes the store, with sources.parquet.
        label: of the progress bar.
        workers: threads; with 1 the graph is called in the catalog's order.
        disguised: writes the disguised signatures alone.

    Raises:
        InputError: there are disguised signatures alone, where the others are asked for.
    """
    total = len(rows)
    rows = [row for row in rows if (row["kind"] == DISGUISED) == disguised]
    if not rows:
        raise InputError(
            f"{raw}: all {total} images are disguised signatures; there is nothing to compare them "
            "with"
        )
    accepted: list[Row] = []
    rejected: list[tuple[str, Reason]] = []
    sources: list[SourceImage] = []
    greys: list[int] = []
    contents: list[bytes] = []
    inverted: list[bool] = []
    hashes: list[bytes] = []
    heap.give_back_large_blocks()
    convert = partial(_convert, raw, normaliser, PixelBudget(BUDGET))
    images = _in_parallel(convert, rows, workers)
    with (
        StoreWriter(folder, normaliser.settings) as writer,
        progress_bar(label, "image", len(rows)) as progress,
    ):
        for row, image in zip(rows, images, strict=True):
            progress.update()
            if isinstance(image, Reason):
                rejected.append((row["path"], image))
                continue
            size = {"height": image.source.height, "width": image.source.width}
            writer.append(image.normalised.pixels, {**row, **size})
            accepted.append(row)
            sources.append(image.source)
            greys.append(image.normalised.median_grey)
            contents.append(content_of(image.normalised.pixels))
            inverted.append(image.normalised.inverted)
            hashes.append(image.normalised.source_hash)
        copies = find_copies(accepted, contents)
        writer.keep(copies.distinct)
    table = source_table(sources, greys).iloc[copies.distinct].reset_index(drop=True)
    write_sources(table, folder)
    return Prepared(
        rows=[accepted[place] for place in copies.distinct],
        sources=table,
        rejected=rejected + copies.rejected,
        duplicates=copies.duplicates,
        equal=copies.equal,
        places=copies.distinct,
        inverted=sum(inverted[place] for place in copies.distinct),
        hashes=[hashes[place] for place in copies.distinct],
        disguised=total - len(rows),
    )


def _convert(
    raw: Path, normaliser: Normaliser, budget: PixelBudget, rows: Sequence[Row]
) -> list[_Image | Reason]:
    """Reads and normalises a few images, or says why not.

    Args:
        raw: the folder that holds them.
        normaliser: makes them what the network sees.
        budget: of the pixels that all threads hold decoded, each one image at a time.
        rows: of the catalog.
    """
    results: list[_Image | Reason] = []
    for files, largest in _in_calls([raw / row["path"] for row in rows], normaliser.max_pixels):
        with budget.hold(largest):
            results += _normalise(files, normaliser)
    return results


def _in_calls(paths: Sequence[Path], max_pixels: int) -> Iterator[tuple[list[Path], int]]:
    """Yields files that go through the graph in one call, and the pixels of the largest."""
    files: list[Path] = []
    sizes: list[int] = []
    for path in paths:
        size = count_pixels(path, max_pixels)
        if files and sum(sizes) + size > LARGE:
            yield files, max(sizes)
            files, sizes = [], []
        files.append(path)
        sizes.append(size)
    yield files, max(sizes)


def _normalise(paths: Sequence[Path], normaliser: Normaliser) -> list[_Image | Reason]:
    files = [read(path, normaliser.max_pixels) for path in paths]
    encoded = [file.encoded for file in files if isinstance(file, SourceImage)]
    outcomes = iter(normaliser.graph(encoded) if encoded else [])
    return [
        _image(file, next(outcomes)) if isinstance(file, SourceImage) else str(file)
        for file in files
    ]


def _image(source: SourceImage, result: Normalised | Rejected) -> _Image | Reason:
    if isinstance(result, Rejected):
        return str(result)
    return _Image(source._replace(encoded=b""), result)


def _in_parallel(
    convert: Callable[[Sequence[Row]], list[_Image | Reason]],
    rows: Sequence[Row],
    workers: int | None,
) -> Iterator[_Image | Reason]:
    pool = ThreadPoolExecutor(workers)
    try:
        chunks = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
        yield from chain.from_iterable(pool.map(convert, chunks))
    finally:
        pool.shutdown(cancel_futures=True)
