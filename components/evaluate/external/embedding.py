"""Raw images, embedded by a shipped graph, and normalised for the floors."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from components.shared.data import catalog
from components.shared.data.image_store import ImageStore, StoreWriter, open_store, write_sources
from components.shared.data.source_files import (
    Normalised,
    Rejected,
    SourceImage,
    read,
    source_table,
)
from components.shared.model.bundle import Bundle
from components.shared.runtime import backend
from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar

CHUNK = 32


class Embedded(NamedTuple):
    """What became of the images.

    Attributes:
        store: those that the graph took, normalised.
        embeddings: theirs, float32 [N, D].
        rejected: path and reason of the others.
    """

    store: ImageStore
    embeddings: NDArray[np.float32]
    rejected: list[tuple[str, str]]


class Graphs(NamedTuple):
    """The shipped graph and the normalisation, each saying of every encoded image what it is made,
    or why not.
    """

    embed: Callable[[Sequence[bytes]], list[NDArray[np.float32] | Rejected]]
    normalise: Callable[[Sequence[bytes]], list[Normalised | Rejected]]


class Taken(NamedTuple):
    """One image that was taken: its file, its embedding [D], and what the network saw."""

    source: SourceImage
    vector: NDArray[np.float32]
    normalised: Normalised

    def lean(self) -> Self:
        """Without bytes and pixels."""
        nothing = np.zeros((0, 0, 0), np.uint8)
        return self._replace(
            source=self.source._replace(encoded=b""),
            normalised=self.normalised._replace(pixels=nothing),
        )


def embed(bundle: Bundle, raw: Path, folder: Path) -> Embedded:
    """Embeds the images of a catalog as they are, and prepares them as preprocess does.

    Args:
        bundle: the shipped model.
        raw: the folder with catalog.csv.
        folder: an existing one, which becomes the image store.

    Raises:
        InputError: the catalog cannot be used, or every image is refused.
    """
    backend.set_up_tensorflow()
    from components.shared.data.batch_graph import build_normaliser, reject_bad_images
    from components.shared.data.normalise_graph import MAX_PIXELS
    from components.shared.tracking import mlflow_model

    model = mlflow_model.load(bundle.saved_model)
    graphs = Graphs(
        reject_bad_images(lambda images: model(images).numpy()),
        build_normaliser(bundle.normalisation),
    )
    rows = catalog.rows(raw)
    taken: list[Taken] = []
    rejected: list[tuple[str, str]] = []
    with (
        StoreWriter(folder, bundle.normalisation) as writer,
        progress_bar("embed", "image", len(rows)) as progress,
    ):
        for chunk in (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)):
            files = [read(raw / row["path"], MAX_PIXELS) for row in chunk]
            for row, result in zip(chunk, _take(files, graphs), strict=True):
                if isinstance(result, Rejected):
                    rejected.append((row["path"], str(result)))
                    continue
                source = result.source
                writer.append(
                    result.normalised.pixels,
                    {**row, "height": source.height, "width": source.width},
                )
                taken.append(result.lean())
            progress.update(len(chunk))
        if not taken:
            path, reason = rejected[0]
            raise InputError(
                f"{raw}: the model refuses all {len(rows)} images, the first being {path}: {reason}"
            )
    table = source_table(
        [one.source for one in taken], [one.normalised.median_grey for one in taken]
    )
    write_sources(table, folder)
    return Embedded(open_store(folder), np.stack([one.vector for one in taken]), rejected)


def _take(files: Sequence[SourceImage | Rejected], graphs: Graphs) -> list[Taken | Rejected]:
    """What both graphs make of each file, or why it, or one of them, refuses it."""
    sources = [file for file in files if isinstance(file, SourceImage)]
    if not sources:
        return [file for file in files if isinstance(file, Rejected)]
    encoded = [source.encoded for source in sources]
    made = map(_both, sources, graphs.embed(encoded), graphs.normalise(encoded))
    return [next(made) if isinstance(file, SourceImage) else file for file in files]


def _both(
    source: SourceImage, vector: NDArray[np.float32] | Rejected, normalised: Normalised | Rejected
) -> Taken | Rejected:
    if isinstance(vector, Rejected):
        return vector
    return normalised if isinstance(normalised, Rejected) else Taken(source, vector, normalised)
