"""The report on the source files: what was rejected, and whether the files themselves tell forged from genuine."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from components.shared import figures, probe

RESAMPLINGS = 1000
WHAT = "source files (mode, dpi, median grey, bytes, size)"


class Report(NamedTuple):
    """Figures by name, and the same in words."""

    figures: dict[str, float]
    lines: list[str]


def measure(index: pd.DataFrame, sources: pd.DataFrame, rejected: int) -> Report:
    """Counts, and probes the sources for a shortcut where there are forgeries.

    Args:
        index: identity and kind of each prepared image.
        sources: the rows of sources.parquet.
        rejected: how many images were.
    """
    identity, forged = index["identity"].to_numpy(str), (index["kind"] == "forgery").to_numpy(bool)
    counts = {"images": len(index), "rejected": rejected, "identities": index["identity"].nunique()}
    result = Report(
        {name: float(count) for name, count in counts.items()},
        ["{images:,} images of {identities:,} identities prepared, {rejected:,} rejected".format(**counts)],
    )
    if found := probe.probe(probe.source_statistics(sources), identity, forged, RESAMPLINGS, seed=0):
        result.figures.update(probe.figures(found, "probe/source"))
        result.lines.append(probe.sentence(found, WHAT))
        if found.auc > probe.SUSPICIOUS:
            result.lines.append(
                "warning: the files themselves tell forged from genuine: error rates on skilled forgeries of a model "
                "that sees this would be false"
            )
    return result


def write(folder: Path, found: Report) -> None:
    """Writes metrics.json and summary.txt into `folder`."""
    figures.write(folder, found.figures)
    (folder / "summary.txt").write_text("\n".join(found.lines) + "\n", encoding="utf-8")
