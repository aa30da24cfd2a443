"""The batches of a training: fed step by step, followed back to their files, steered by what the
embedder confuses.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.shared.data.image_store import ImageStore
from components.shared.model.embedder import embed
from components.shared.runtime.errors import InputError
from components.train.data.augment import demand_fitting
from components.train.data.prefetch import Fed, feed
from components.train.data.sampler import Sampler, confusable
from components.train.params import TrainParams

REPRESENTATIVES = 8  # images of an identity by whose mean embedding it is compared with the others
SHORT = 8  # so many files are named in a message


class Batches:
    """The training images, sampled, augmented and fed.

    Args:
        params: section `train`.
        store: the prepared images.
        rows: train's rows: `row`, `identity`, `kind`.

    Raises:
        InputError: the images cannot fill such batches, or cannot be varied so.
    """

    def __init__(self, params: TrainParams, store: ImageStore, rows: pd.DataFrame) -> None:
        demand_fitting(params.augment, store.normalisation.channels)
        self.params, self.images, self.paths = params, store.images, store.index.path.to_numpy()
        self.sampler = Sampler(
            rows,
            params.identities_per_batch,
            params.images_per_identity,
            params.forgeries_per_identity,
            params.seed,
            params.hard_identities,
        )
        if params.hard_identities and len(self.sampler.names) == params.identities_per_batch:
            raise InputError(
                f"train.hard_identities is {params.hard_identities:g}, but every batch holds all "
                f"{params.identities_per_batch} training identities; lower train.identities_per_batch"
            )

    def between(self, first: int, last: int) -> Generator[Fed]:
        """The batches of the steps `first` to `last - 1`, counted from 0."""
        yield from feed(
            self.images, self.sampler, self.params.augment, first, last, self.params.workers
        )

    def confusions(self, model: Any) -> NDArray[np.int64] | None:
        """The sampler's neighbours as an embedder sees the identities; None where batches do not
        depend on them.
        """
        if not self.params.hard_identities:
            return None
        rows, codes = self.sampler.representatives(REPRESENTATIVES)
        embeddings = embed(model, self.images, rows=rows, progress=False)
        return confusable(embeddings, codes, self.params.identities_per_batch - 1)

    def described(self, rows: NDArray[np.int64]) -> str:
        """The rows of a batch, and their files where these are few."""
        distinct = np.unique(rows)
        files = f" ({', '.join(self.paths[distinct])})" if len(distinct) <= SHORT else ""
        return f"rows {', '.join(map(str, distinct))} of the prepared images{files}"
