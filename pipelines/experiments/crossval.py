"""Cross-validation: every identity is tested once, by a network that was trained and validated on
others.
"""

import io
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from components.evaluate.params import EvaluateParams
from components.evaluate.scoring import roc_curves
from components.shared.data.csv_tables import write_csv
from components.shared.runtime.errors import InputError
from components.shared.runtime.params import parse
from components.shared.storage.files import atomic_folder
from components.shared.verification import metrics_file
from pipelines import sections
from pipelines.experiments import dvc_experiments, parent_runs, pooled_folds, pooled_report
from pipelines.experiments.absolute_paths import absolute_paths
from pipelines.experiments.parent_runs import CROSSVAL
from pipelines.experiments.pooled_folds import Fold, Metrics, Pool


def crossval(folds: int, assignments: Sequence[str], out: Path) -> str:
    """Runs the folds, or goes on where an earlier cross-validation was stopped, and pools them.

    Into `out` go metrics.json (pooled figures with intervals, `…_mean` and `…_sd` over the folds),
    roc.csv and roc.png of the pool, summary.txt.

    Args:
        folds: their number, at least 2.
        assignments: `section.parameter=value`, equal for all folds.
        out: the folder to write.

    Returns:
        The summary.

    Raises:
        InputError: a parameter is refused, before any fold is run, or an experiment fails.
    """
    settings = _settings(folds, assignments)
    values = sections.override(sections.read(dvc_experiments.PARAMS), settings[0])
    params = parse(EvaluateParams, "evaluate", values["evaluate"], "evaluate")
    names = []
    for fold, each in enumerate(settings):
        sys.stderr.write(f"\n[{fold + 1}/{folds}] fold {fold}\n")
        options = [*each, *absolute_paths(values)]
        names.append(dvc_experiments.run(f"{folds}-folds-{fold}", options, until="evaluate"))
    results = [_read(name) for name in names]
    pool = pooled_folds.pool(results)
    metrics = pooled_folds.measure(pool, params) | pooled_folds.spread(results)
    summary = pooled_report.summarise(results, pool, metrics, params)
    _write(out, pool, metrics, summary)
    _track(out, names, metrics, [*assignments, f"split.folds={folds}"], summary)
    return summary


def _settings(folds: int, assignments: Sequence[str]) -> list[list[str]]:
    """Returns the assignments of each fold."""
    if folds < 2:
        raise InputError(f"--folds {folds}: at least 2 are needed")
    for assignment in assignments:
        if assignment.startswith(("split.fold=", "split.folds=")):
            raise InputError(f"-S {assignment}: every fold is run; --folds says how many there are")
    common = [*assignments, "evaluate.part=test", f"split.folds={folds}"]
    return [[*common, f"split.fold={fold}"] for fold in range(folds)]


def _read(experiment: str) -> Fold:
    scores = dvc_experiments.read_file(experiment, f"{dvc_experiments.EVALUATION}/scores.parquet")
    return Fold(dvc_experiments.read_metrics(experiment), pd.read_parquet(io.BytesIO(scores)))


def _write(out: Path, pool: Pool, metrics: Metrics, summary: str) -> None:
    with atomic_folder(out) as fresh:
        metrics_file.write(fresh, metrics)
        (fresh / "summary.txt").write_text(summary + "\n", encoding="utf-8")
        points = roc_curves.table(pool.pooled).drop(columns="frr")
        write_csv(points, fresh / "roc.csv")
        if pool.pooled:
            pooled_report.draw(pool, metrics, fresh / "roc.png")


def _track(
    out: Path,
    folds: Sequence[str],
    metrics: Metrics,
    assignments: Sequence[str],
    summary: str,
) -> None:
    """Writes the figures, the parameters and the files into a parent run of the folds' runs."""
    children = [dvc_experiments.run_id(fold) for fold in folds]
    with parent_runs.parent_run(CROSSVAL, f"{len(folds)} folds", children) as parent:
        parent.log_params(parent_runs.params_of(assignments))
        parent.log_evaluation(metrics, folder=CROSSVAL)
        parent.describe(summary.splitlines()[-1])
        for file in sorted(out.iterdir()):
            parent.log_artifacts(file, CROSSVAL)
