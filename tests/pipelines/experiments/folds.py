"""Folds of a cross-validation, made by hand."""

import pandas as pd

from pipelines.experiments.pooled_folds import Fold


def fold(eer: float, **distances: dict[str, list[float]]) -> Fold:
    """A fold as evaluate leaves it: distances of one reference by identity and kind."""
    rows = []
    for identity, kinds in distances.items():
        for kind, values in kinds.items():
            rows += [(identity, kind, 1, distance) for distance in values]
    scores = pd.DataFrame(rows, columns=["identity", "kind", "references", "distance"])
    scores["probe"] = scores["identity"]
    metrics: dict[str, float] = {}
    for kind in {"skilled", "random"} & set(scores["kind"]):
        key = f"verification/{kind}/refs_1"
        metrics |= {f"{key}/eer": eer, f"{key}/eer_ci_low": 0.0, f"{key}/eer_ci_high": 1.0}
        metrics[f"{key}/n_pairs"] = float(scores["kind"].isin(["genuine", kind]).sum())
    return Fold(metrics, scores)


FIRST = fold(0.5, a={"genuine": [1, 4], "skilled": [3, 5]})
SECOND = fold(0.0, b={"genuine": [1, 2], "skilled": [3, 5]})
