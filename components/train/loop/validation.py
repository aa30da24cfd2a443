"""Error rates on the identities of val, as `evaluate` defines them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.shared.model.embedder import embed
from components.shared.verification import comparisons, error_rates
from components.shared.verification.comparisons import Comparisons, Scores
from components.shared.verification.metric_names import (
    KINDS,
    identification,
    in_collection,
    on_val,
    verification,
)
from components.shared.verification.sampling import Draws, Labels

IDENTIFICATION_DRAWS = 10


class Validation:
    """The validation of an embedder on val's images.

    Of several collections each has rates of its own (`metric_names.criterion` takes the worst), and
    impostors are of the claimed identity's collection: those of another scanner are told by more
    than the hand.

    Args:
        images: uint8 [N, H, W, C], all prepared images, may be memory-mapped.
        rows: val's rows: `row`, `identity`, `kind`, `collection` where there are several, with
            something to compare (`part_sizes.comparison_faults`).
        references: of the identification accuracy.

    Attributes:
        labels: of val's images, in the order of their rows.
        collections: where there are several, by name the places of each one's images.
    """

    def __init__(self, images: NDArray[np.uint8], rows: pd.DataFrame, references: int) -> None:
        rows = rows.sort_values("row")
        self.images, self.rows, self.references = images, rows.row.to_numpy(), references
        identity = pd.factorize(rows.identity)[0]
        forged = (rows.kind == "forgery").to_numpy()
        self.labels = Labels(identity, forged)
        self.collections: dict[str, NDArray[np.intp]] = {}
        if rows.get("collection", pd.Series(dtype=str)).nunique() > 1:
            names = rows["collection"].to_numpy(str)
            self.collections = {str(name): np.flatnonzero(names == name) for name in set(names)}

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
        from several references, among all identities.

        Args:
            embeddings: float32 [n, D], of `embed`.

        Returns:
            Metric names to values; kinds of pairs that val, or a collection of it, does not have
            are left out.
        """
        metrics: dict[str, float] = {}
        parts: list[Comparisons] = []
        for name, places in sorted(self.collections.items()):
            own = self._compare(embeddings, places)
            parts.append(own)
            for figure, rate in _eers([own]).items():
                metrics[on_val(in_collection(name, figure))] = rate
        everything = np.arange(len(embeddings))
        for figure, rate in _eers(parts or [self._compare(embeddings, everything)]).items():
            metrics[on_val(figure)] = rate
        draws = Draws(self.references, IDENTIFICATION_DRAWS)
        accuracy = comparisons.identification_accuracy(embeddings, self.labels, draws)
        if np.isfinite(accuracy):
            metrics[on_val(f"{identification(self.references)}/accuracy")] = float(accuracy)
        return metrics

    def _compare(self, embeddings: NDArray[np.float32], places: NDArray[np.intp]) -> Comparisons:
        """Compares some of val's images with one another, with one reference."""
        labels = Labels(self.labels.identity[places], self.labels.forged[places])
        return comparisons.compare(embeddings[places], labels, Draws(references=1))


def _eers(parts: Sequence[Comparisons]) -> dict[str, float]:
    """Computes the EER of the comparisons of all parts together, by kind of impostor."""
    genuine = np.concatenate([part.genuine.distance for part in parts])
    rates = {}
    for kind in KINDS:
        scores: list[Scores] = [getattr(part, kind) for part in parts]
        impostor = np.concatenate([each.distance for each in scores])
        if len(impostor) and len(genuine):
            rates[f"{verification(kind, 1)}/eer"] = float(error_rates.eer(genuine, impostor).rate)
    return rates
