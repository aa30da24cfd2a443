"""Raw images, embedded by the graph of a frozen model, and normalised for the baselines."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from components.evaluate.decision.disguised import DisguisedImages
from components.shared.data import catalog
from components.shared.data.copies import Duplicate
from components.shared.data.disguised_store import prepare_disguised
from components.shared.data.image_store import ImageStore, open_store
from components.shared.data.normalisation_rules import MAX_PIXELS
from components.shared.data.normalise import normalise_each
from components.shared.data.outcomes import Normalised, Rejected
from components.shared.data.preparation import Graph, Normaliser, prepare
from components.shared.model import operations
from components.shared.model.bundle import Bundle
from components.shared.runtime import backend
from components.shared.runtime.errors import InputError

Embedder: TypeAlias = Callable[[Sequence[bytes]], list[NDArray[np.float32] | Rejected]]

NO_EMBEDDING = "the model gives no embedding for it"


class Embedded(NamedTuple):
    """Images of a catalog and their embeddings.

    Attributes:
        store: those that the graph accepts, normalised, without copies.
        embeddings: float32 [N, D], in the store's order.
        rejected: path and reason of those that cannot be used.
        duplicates: copies of images in the store.
        disguised: the disguised signatures, which are not in the store; None where there are none.
    """

    store: ImageStore
    embeddings: NDArray[np.float32]
    rejected: list[tuple[str, str]]
    duplicates: list[Duplicate]
    disguised: DisguisedImages | None


class EmbeddingGraph:
    """The normalisation, run beside an embedder: it rejects each image that either rejects.

    An exported graph rejects an image by a row of NaN; the normalisation says why. Graphs exported
    by earlier versions fail instead.

    Attributes:
        embeddings: float32 [D] of each accepted image, in the order of the calls.
    """

    def __init__(self, embed: Embedder, normalise: Graph) -> None:
        self._embed = embed
        self._normalise = normalise
        self.embeddings: list[NDArray[np.float32]] = []

    def __call__(self, encoded: Sequence[bytes]) -> list[Normalised | Rejected]:
        """Normalises encoded images and keeps their embeddings."""
        results: list[Normalised | Rejected] = []
        pairs = zip(self._embed(encoded), self._normalise(encoded), strict=True)
        for embedding, normalised in pairs:
            if isinstance(embedding, Rejected):
                results.append(embedding)
            elif isinstance(normalised, Rejected):
                results.append(normalised)
            elif np.isnan(embedding).any():
                results.append(Rejected(NO_EMBEDDING))
            else:
                self.embeddings.append(embedding)
                results.append(normalised)
        return results


def embed(bundle: Bundle, raw: Path, folder: Path) -> Embedded:
    """Embeds the images of a catalog as they are, and prepares them as preprocess does.

    Args:
        bundle: the frozen model.
        raw: the folder with catalog.csv.
        folder: an existing one, which becomes the image store.

    Raises:
        InputError: the catalog or the model cannot be used, or every image is refused.
    """
    backend.set_up_tensorflow()
    from components.shared.data.batch_graph import reject_bad_images
    from components.shared.tracking.served_model import ServedModel

    settings = bundle.normalisation
    operations.check_saved_model(bundle.saved_model)
    served = ServedModel(bundle.saved_model)
    embedder = reject_bad_images(lambda images: list(served.embed(images)))
    normalise = partial(normalise_each, spec=settings)
    graph, apart = EmbeddingGraph(embedder, normalise), EmbeddingGraph(embedder, normalise)
    rows = catalog.rows(raw)
    normaliser = Normaliser(graph, settings, MAX_PIXELS)
    images = prepare(raw, rows, normaliser, folder, label="embed", workers=1)
    if not images.rows:
        path, reason = images.rejected[0]
        raise InputError(
            f"{raw}: the model refuses all {len(images.rejected)} images, "
            f"the first being {path}: {reason}"
        )
    embeddings = np.stack(graph.embeddings)[images.places]
    other = prepare_disguised(
        raw, rows, normaliser._replace(graph=apart), folder, label="disguised", workers=1
    )
    rejected, disguised = images.rejected, None
    if other is not None:
        rejected = rejected + other.rejected
    if other is not None and other.rows:
        names = np.array([row["identity"] for row in other.rows])
        disguised = DisguisedImages(names, np.stack(apart.embeddings)[other.places])
    return Embedded(open_store(folder), embeddings, rejected, images.duplicates, disguised)
