"""Error rates on the identities of val, as `evaluate` defines them."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.shared.model.embedder import embed
from components.shared.verification import comparisons, error_rates
from components.shared.verification.metric_names import KINDS, identification, on_val, verification
from components.shared.verification.sampling import Draws, Labels

IDENTIFICATION_DRAWS = 10


class Validation:
    """The validation of an embedder on val's images.

    Args:
        images: uint8 [N, H, W, C], all prepared images, may be memory-mapped.
        rows: val's rows: `row`, `identity`, `kind`, with something to compare
            (`part_sizes.comparison_faults`).
        references: of the identification accuracy.

    Attributes:
        labels: of val's images, in the order of their rows.
    """

    def __init__(self, images: NDArray[np.uint8], rows: pd.DataFrame, references: int) -> None:
        rows = rows.sort_values("row")
        self.images, self.rows, self.references = images, rows.row.to_numpy(), references
        identity = pd.factorize(rows.identity)[0]
        forged = (rows.kind == "forgery").to_numpy()
        self.labels = Labels(identity, forged)

    def embed(self, model: Any) -> NDArray[np.float32]:
        """Embeds val's images.

        Returns:
            float32 [n, D], in the order of the rows.

        Raises:
            ValueError: an embedding is not finite.
        """
        return embed(model, self.images, rows=self.rows, progress=False)

    def score(self, embeddings: NDArray[np.float32]) -> dict[str, float]:
        """Computes the EER with one reference, by kind of impostor, and the identification accuracy
        from several references.

        Args:
            embeddings: float32 [n, D], of `embed`.

        Returns:
            Metric names to values; kinds of pairs that val does not have are left out.
        """
        scores = comparisons.compare(embeddings, self.labels, Draws(references=1))
        genuine = scores.genuine.distance
        metrics = {}
        for kind in KINDS:
            impostor = getattr(scores, kind).distance
            if len(impostor) and len(genuine):
                rate = error_rates.eer(genuine, impostor).rate
                metrics[on_val(f"{verification(kind, 1)}/eer")] = float(rate)
        draws = Draws(self.references, IDENTIFICATION_DRAWS)
        accuracy = comparisons.identification_accuracy(embeddings, self.labels, draws)
        if np.isfinite(accuracy):
            metrics[on_val(f"{identification(self.references)}/accuracy")] = float(accuracy)
        return metrics
