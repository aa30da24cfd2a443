"""The report on the source files: their number, and whether they tell forged from genuine."""

from pathlib import Path

import pandas as pd

from components.shared.verification import metrics_file
from components.shared.verification.sampling import Bootstrap
from components.shared.verification.shortcut_probe import ProbeReport, of_sources

RESAMPLINGS = 1000


def measure(index: pd.DataFrame, sources: pd.DataFrame, rejected: int) -> ProbeReport:
    """Counts images, and probes the sources for a shortcut where there are forgeries.

    Args:
        index: identity and kind of each prepared image.
        sources: the rows of sources.parquet.
        rejected: number of rejected images.
    """
    counts = {"images": len(index), "rejected": rejected, "identities": index["identity"].nunique()}
    summary = "{images:,} images of {identities:,} identities prepared, {rejected:,} rejected"
    probe = of_sources(sources, index, Bootstrap(RESAMPLINGS))
    figures = {name: float(count) for name, count in counts.items()} | probe.figures
    return ProbeReport(figures, [summary.format(**counts), *probe.lines])


def write(folder: Path, report: ProbeReport) -> None:
    """Writes metrics.json and summary.txt into `folder`."""
    metrics_file.write(folder, report.figures)
    (folder / "summary.txt").write_text("\n".join(report.lines) + "\n", encoding="utf-8")
