"""Machine-readable files: metrics.json, summary.json, decision.json, scores.parquet, roc.csv and
det.csv.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.report.likelihood_plots import Answers
from components.evaluate.scoring import roc_curves
from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.evaluate.scoring.verification import Verification
from components.shared.data.csv_tables import write_csv
from components.shared.verification import decision_file, metrics_file, summary_figures
from components.shared.verification.comparisons import Scores
from components.shared.verification.decision_file import Decisions

Group = tuple[str, int]
MAX_SCORES = 2_000_000
SCORES = "scores.parquet"
PAIRS = b"pairs"
COLUMNS = ("identity", "probe", "kind", "references", "distance")
"""Columns of scores.parquet; `probe`: the identity that the questioned image shows or imitates.

Where there is a decision model they are followed by those of `llr_column`.
"""


def llr_column(kind: str) -> str:
    """Returns the column of natural log-likelihood ratios against a kind: `llr_skilled`."""
    return f"llr_{kind}"


def scores_table(
    verifications: Iterable[Verification],
    names: list[str],
    answers: Iterable[Answers] = (),
    limit: int = MAX_SCORES,
) -> pd.DataFrame:
    """Lists comparisons, one a row, in the columns `COLUMNS`.

    Args:
        verifications: comparisons to list; genuine ones that several of them share appear once.
        names: of the identities, by code.
        answers: log-likelihood ratios of the same comparisons, in the same order.
        limit: of all rows; above it each kind (genuine, skilled, random) and number of references
            has an equal share at most, a uniform random sample that is always the same.
    """
    groups: dict[Group, Scores] = {}
    for v in verifications:
        groups["genuine", v.references] = v.genuine
        groups[v.kind, v.references] = v.impostor
    evidence = _evidence(answers)
    total = sum(len(group.distance) for group in groups.values())
    share = total if total <= limit else limit // len(groups)
    if not groups:
        return pd.DataFrame(columns=COLUMNS)
    frames = []
    for (kind, references), group in groups.items():
        rows = _sample(len(group.distance), share)
        frame = _frame(group.select(rows), names).assign(kind=kind, references=references)
        for column, llr in evidence.get((kind, references), {}).items():
            frame[column] = llr[rows]
        frames.append(frame)
    table = pd.concat(frames, ignore_index=True)
    return table[[*COLUMNS, *sorted(set(table.columns) - set(COLUMNS))]]


def _evidence(answers: Iterable[Answers]) -> dict[Group, dict[str, NDArray[np.float32]]]:
    """Returns the log-likelihood ratios of each group of comparisons, by their columns."""
    evidence: dict[Group, dict[str, NDArray[np.float32]]] = {}
    for answer in answers:
        sides = {"genuine": answer.genuine, answer.kind: answer.impostor}
        for side, llr in sides.items():
            columns = evidence.setdefault((side, answer.references), {})
            columns[llr_column(answer.kind)] = llr.astype(np.float32)
    return evidence


def write(
    out: Path,
    metrics: Mapping[str, float],
    verifications: list[Verification],
    decisions: Decisions,
) -> None:
    """Writes metrics.json, summary.json, decision.json, roc.csv and det.csv into `out`."""
    metrics_file.write(out, metrics)
    summary_figures.write(out, metrics)
    decision_file.write(decisions, out)
    points = roc_curves.table(verifications)
    write_csv(points.drop(columns="frr"), out / "roc.csv")
    write_csv(points.drop(columns="tpr"), out / "det.csv")


def write_scores(
    out: Path,
    verifications: list[Verification],
    part: EvaluationSet,
    params: EvaluateParams,
    answers: Iterable[Answers] = (),
    limit: int = MAX_SCORES,
) -> None:
    """Writes scores.parquet into `out`.

    Its metadata hold, under `pairs` and `<kind>/<references>`, the number of pairs of each
    verification and a digest that is equal for the same pairs.
    """
    table = pa.Table.from_pandas(
        scores_table(verifications, part.names, answers, limit), preserve_index=False
    )
    pairs: dict[str, dict[str, str | int]] = {}
    for v in verifications:
        pairs[f"{v.kind}/{v.references}"] = {
            "digest": _digest(v, part, params),
            "number": len(v.genuine.distance) + len(v.impostor.distance),
        }
    metadata = {**(table.schema.metadata or {}), PAIRS: json.dumps(pairs).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), out / SCORES)


def _digest(verification: Verification, part: EvaluationSet, params: EvaluateParams) -> str:
    """Hashes all that decides the pairs: the images, and the draws of several references."""
    draws = [] if verification.references == 1 else [params.draws, params.seed]
    facts = [part.digest, verification.kind, verification.references, *draws]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _sample(count: int, limit: int) -> NDArray[np.intp]:
    """Returns the rows, or so many of them, sorted."""
    rows = np.arange(count)
    if count <= limit:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, limit, replace=False))


def _frame(scores: Scores, names: list[str]) -> pd.DataFrame:
    named = np.asarray(names, dtype=object)
    probe = scores.identity if scores.probe is None else scores.probe
    return pd.DataFrame(
        {
            "identity": named[scores.identity],
            "probe": named[probe],
            "distance": scores.distance,
        }
    )
