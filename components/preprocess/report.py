"""The report on the source files: what was rejected, and whether the files themselves tell forged
from genuine.
"""

from pathlib import Path

import pandas as pd

from components.shared.verification import metrics_file
from components.shared.verification.sampling import Bootstrap
from components.shared.verification.shortcut_probe import Report, of_sources

RESAMPLINGS = 1000


def measure(index: pd.DataFrame, sources: pd.DataFrame, rejected: int) -> Report:
    """Counts, and probes the sources for a shortcut where there are forgeries.

    Args:
        index: identity and kind of each prepared image.
        sources: the rows of sources.parquet.
        rejected: how many images were.
    """
    counts = {"images": len(index), "rejected": rejected, "identities": index["identity"].nunique()}
    told = "{images:,} images of {identities:,} identities prepared, {rejected:,} rejected".format(
        **counts
    )
    probed = of_sources(sources, index, Bootstrap(RESAMPLINGS))
    return Report(
        {name: float(count) for name, count in counts.items()} | probed.figures,
        [told, *probed.lines],
    )


def write(folder: Path, found: Report) -> None:
    """Writes metrics.json and summary.txt into `folder`."""
    metrics_file.write(folder, found.figures)
    (folder / "summary.txt").write_text("\n".join(found.lines) + "\n", encoding="utf-8")
