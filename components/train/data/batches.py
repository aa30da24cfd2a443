"""Training batches: sampled and augmented per step, traceable to files, optionally biased to
confusable identities.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.shared.data.image_store import ImageStore
from components.shared.model.embedder import embed
from components.train.data.prefetch import Batch, prefetch
from components.train.data.sampler import Sampler, nearest_identities
from components.train.params import TrainParams

REPRESENTATIVES = 8  # images of an identity, whose mean embedding stands for it
MAX_FILES_IN_MESSAGE = 8


class Batches:
    """The batches of a training, by step.

    Args:
        params: section `train`.
        store: the prepared images.
        rows: train's rows: `row`, `identity`, `kind`, `collection` where there are several; they
            suffice for the batches (`part_sizes.batch_faults`).
    """

    def __init__(self, params: TrainParams, store: ImageStore, rows: pd.DataFrame) -> None:
        self.params = params
        self.images = store.images
        self.paths = store.index.path.to_numpy()
        self.sampler = Sampler(
            rows,
            identities=params.identities_per_batch,
            images=params.images_per_identity,
            forgeries=params.forgeries_per_identity,
            seed=params.seed,
            hard_identities=params.hard_identities,
            mixed=params.collections_per_batch,
        )

    def between(self, first: int, last: int) -> Generator[Batch]:
        """Yields the batches of the steps `first` to `last - 1`, counted from 0."""
        yield from prefetch(
            self.images, self.sampler, self.params.augment, range(first, last), self.params.workers
        )

    def find_neighbours(self, model: Any) -> NDArray[np.int64] | None:
        """Computes the sampler's neighbours from an embedder's embeddings.

        Returns:
            int [identities, k], of `nearest_identities`; None if `hard_identities` is 0.
        """
        if not self.params.hard_identities:
            return None
        rows, codes = self.sampler.representatives(REPRESENTATIVES)
        embeddings = embed(model, self.images, rows=rows, progress=False)
        count, collection = self.params.identities_per_batch - 1, self.sampler.collection
        return nearest_identities(embeddings, codes, count, collection)

    def describe(self, rows: NDArray[np.int64]) -> str:
        """Lists the rows of a batch, and their files if there are few."""
        distinct = np.unique(rows)
        files = ""
        if len(distinct) <= MAX_FILES_IN_MESSAGE:
            files = f" ({', '.join(self.paths[distinct])})"
        return f"rows {', '.join(map(str, distinct))} of the prepared images{files}"
