"""Error rates on the identities of val, as `evaluate` defines them."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.shared.model.embedder import embed
from components.shared.runtime.errors import InputError
from components.shared.verification import comparisons, error_rates
from components.shared.verification.metric_names import KINDS, identification, on_val, verification
from components.shared.verification.sampling import Draws, Labels

DRAWS = 10


class Validation:
    """Embeds the val images and scores them.

    Args:
        images: uint8 [N, H, W, C], all prepared images, may be memory-mapped.
        rows: val's rows: `row`, `identity`, `kind`.
        references: of the identification accuracy.

    Raises:
        InputError: there is no pair of genuine images, or nothing to compare it with.
    """

    def __init__(self, images: NDArray[np.uint8], rows: pd.DataFrame, references: int) -> None:
        rows = rows.sort_values("row")
        self.images, self.rows, self.references = images, rows.row.to_numpy(), references
        self.identity = pd.factorize(rows.identity)[0]
        self.forged = (rows.kind == "forgery").to_numpy()
        genuine = np.bincount(self.identity[~self.forged], minlength=self.identity.max() + 1)
        forgeries = np.bincount(self.identity[self.forged], minlength=len(genuine))
        if not ((genuine > 1) & ((forgeries > 0) | (genuine.sum() > genuine))).any():
            raise InputError(
                f"train: val has {np.count_nonzero(genuine)} identities and {genuine.sum()} genuine images, "
                f"which leaves nothing to compare; raise split.val"
            )
        self.identified = int((genuine > references).sum())

    def embed(self, model: Any) -> NDArray[np.float32]:
        """The embeddings of val's images, float32 [n, D].

        Raises:
            ValueError: an embedding is not finite.
        """
        return embed(model, self.images, rows=self.rows, progress=False)

    def score(self, embeddings: NDArray[np.float32]) -> dict[str, float]:
        """EER with one reference, by kind of impostor, and identification accuracy from several
        references.

        Returns:
            Metric names to values; kinds of pairs that val does not have are left out.
        """
        labels = Labels(self.identity, self.forged)
        compared = comparisons.compare(embeddings, labels, Draws(references=1))
        result = {}
        for kind in KINDS:
            impostor = getattr(compared, kind)
            if len(impostor.distance) and len(compared.genuine.distance):
                rate = error_rates.eer(compared.genuine.distance, impostor.distance).rate
                result[on_val(f"{verification(kind, 1)}/eer")] = float(rate)
        accuracy = comparisons.identification_accuracy(
            embeddings, labels, Draws(self.references, DRAWS)
        )
        if np.isfinite(accuracy):
            result[on_val(f"{identification(self.references)}/accuracy")] = float(accuracy)
        return result
