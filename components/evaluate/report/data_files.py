"""Machine-readable files: metrics.json, summary.json, decision.json, roc.csv and det.csv."""

from collections.abc import Mapping
from pathlib import Path

from components.evaluate.scoring import roc_curves
from components.evaluate.scoring.verification import Verification
from components.shared.data.csv_tables import write_csv
from components.shared.verification import decision_file, metrics_file, summary_figures
from components.shared.verification.decision_file import Decisions


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
