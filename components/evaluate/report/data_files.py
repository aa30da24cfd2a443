"""The files that machines read: metrics.json, scores.parquet, threshold.json, roc.csv, det.csv."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from components.evaluate.params import EvaluateParams
from components.evaluate.scoring import roc_curves
from components.evaluate.scoring.evaluation_set import Part
from components.evaluate.scoring.verification import Verification
from components.shared.verification import metrics_file, threshold
from components.shared.verification.comparisons import Scores
from components.shared.verification.threshold import Threshold

MOST_SCORES = 2_000_000
SCORES = "scores.parquet"
PAIRS = b"pairs"


def scores(
    verifications: Iterable[Verification], names: list[str], most: int = MOST_SCORES
) -> pd.DataFrame:
    """One row a comparison: claimed identity, kind (genuine, skilled, random), references,
    distance.

    Where there are more than `most`, each kind and number of references keeps an equal share at
    most, drawn evenly and always the same ones.
    """
    groups: dict[tuple[str, int], Scores] = {}
    for v in verifications:
        groups["genuine", v.references] = v.genuine
        groups[v.kind, v.references] = v.impostor
    total = sum(len(group.distance) for group in groups.values())
    share = total if total <= most else most // len(groups)
    frames = [_frame(group, names, kind, count, share) for (kind, count), group in groups.items()]
    columns = ["identity", "kind", "references", "distance"]
    return (
        pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)
    )


def write(
    out: Path, metrics: Mapping[str, float], found: list[Verification], chosen: list[Threshold]
) -> None:
    """Writes metrics.json, threshold.json, roc.csv and det.csv into `out`."""
    metrics_file.write(out, metrics)
    threshold.write(chosen, out)
    points = roc_curves.table(found)
    points.drop(columns="frr").to_csv(out / "roc.csv", index=False, float_format="%.9g")
    points.drop(columns="tpr").to_csv(out / "det.csv", index=False, float_format="%.9g")


def write_scores(
    out: Path,
    found: list[Verification],
    whose: Part,
    params: EvaluateParams,
    most: int = MOST_SCORES,
) -> None:
    """Writes scores.parquet into `out`; its metadata tell each verification's number of pairs, and
    a digest of them.
    """
    table = pa.Table.from_pandas(scores(found, whose.names, most), preserve_index=False)
    pairs = {
        f"{v.kind}/{v.references}": {
            "digest": _digest(v, whose, params),
            "number": len(v.genuine.distance) + len(v.impostor.distance),
        }
        for v in found
    }
    described = {**(table.schema.metadata or {}), PAIRS: json.dumps(pairs).encode()}
    pq.write_table(table.replace_schema_metadata(described), out / SCORES)


def _digest(verification: Verification, whose: Part, params: EvaluateParams) -> str:
    """Equal for the same pairs, which follow from the images, and from the draws where there are
    any.
    """
    drawn = [] if verification.references == 1 else [params.draws, params.seed]
    told = [whose.digest, verification.kind, verification.references, *drawn]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


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
