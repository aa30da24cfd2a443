"""Error rates on the identities of val, as `evaluate` defines them."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.shared import metrics, pairs
from components.shared.embed import embed

REFERENCES = 5
DRAWS = 10


class Validation:
    """Embeds the val images and scores them.

    Args:
        images: uint8 [N, H, W, C], all prepared images.
        rows: val's rows: `row`, `identity`, `kind`.
    """

    def __init__(self, images: NDArray[np.uint8], rows: pd.DataFrame) -> None:
        self.images = images[np.sort(rows.row.to_numpy())]
        rows = rows.sort_values("row")
        self.identity = pd.factorize(rows.identity)[0]
        self.forged = (rows.kind == "forgery").to_numpy()
        self.described = f"{rows.identity.nunique()} identities and {(~self.forged).sum()} genuine images"

    def score(self, model: Any) -> dict[str, float]:
        """EER with one reference, by kind of impostor, and identification accuracy from five references.

        Returns:
            Metric names to values; kinds of pairs that val does not have are left out.
        """
        embeddings = embed(model, self.images, progress=False)
        compared = pairs.compare(embeddings, self.identity, self.forged, references=1, draws=1, seed=0)
        result = {}
        for kind in ("skilled", "random"):
            impostor = getattr(compared, kind)
            if len(impostor.distance) and len(compared.genuine.distance):
                rate = metrics.eer(compared.genuine.distance, impostor.distance).rate
                result[f"val/verification/{kind}/refs_1/eer"] = float(rate)
        accuracy = pairs.identification_accuracy(embeddings, self.identity, self.forged, REFERENCES, DRAWS, seed=0)
        if np.isfinite(accuracy):
            result[f"val/identification/refs_{REFERENCES}/accuracy"] = float(accuracy)
        return result


def criterion(scores: dict[str, float]) -> float:
    """The figure by which the best checkpoint is chosen: EER against skilled forgeries where there are any."""
    for kind in ("skilled", "random"):
        if f"val/verification/{kind}/refs_1/eer" in scores:
            return scores[f"val/verification/{kind}/refs_1/eer"]
    return float("inf")
