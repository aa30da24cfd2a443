"""The files that machines read: metrics.json, scores.parquet, threshold.json, roc.csv, det.csv."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from components.evaluate import curves
from components.evaluate.thresholds import Threshold
from components.evaluate.verification import Verification
from components.shared import figures
from components.shared.pairs import Scores

MOST_SCORES = 2_000_000


def scores(verifications: Iterable[Verification], names: list[str], most: int = MOST_SCORES) -> pd.DataFrame:
    """One row a comparison: claimed identity, kind (genuine, skilled, random), references, distance.

    Where there are more than `most`, each kind and number of references keeps an equal share at most, drawn evenly and
    always the same ones.
    """
    groups: dict[tuple[str, int], Scores] = {}
    for v in verifications:
        groups["genuine", v.references] = v.genuine
        groups[v.kind, v.references] = v.impostor
    total = sum(len(group.distance) for group in groups.values())
    share = total if total <= most else most // len(groups)
    frames = [_frame(group, names, kind, count, share) for (kind, count), group in groups.items()]
    columns = ["identity", "kind", "references", "distance"]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


def write(
    out: Path, metrics: Mapping[str, float], test: list[Verification], chosen: list[Threshold], names: list[str]
) -> None:
    """Writes the step's data files into `out`."""
    figures.write(out, metrics)
    figures.write_json(out / "threshold.json", [threshold._asdict() for threshold in chosen])
    points = curves.table(test)
    points.drop(columns="frr").to_csv(out / "roc.csv", index=False, float_format="%.9g")
    points.drop(columns="tpr").to_csv(out / "det.csv", index=False, float_format="%.9g")
    scores(test, names).to_parquet(out / "scores.parquet", index=False)


def _frame(group: Scores, names: list[str], kind: str, references: int, most: int) -> pd.DataFrame:
    kept = np.arange(len(group.distance))
    if len(kept) > most:
        kept = np.sort(np.random.default_rng(0).choice(kept, most, replace=False))
    return pd.DataFrame(
        {
            "identity": np.asarray(names, dtype=object)[group.identity[kept]],
            "kind": kind,
            "references": references,
            "distance": group.distance[kept],
        }
    )
