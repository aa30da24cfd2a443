"""The report on the source files: their number, and whether they tell forged from genuine, or
collections apart.
"""

from pathlib import Path

import pandas as pd

from components.shared.data.preparation import Prepared
from components.shared.verification import collection_probe, metrics_file
from components.shared.verification.shortcut_probe import ProbeReport, of_sources


def measure(images: Prepared) -> ProbeReport:
    """Counts images, and probes the sources for a shortcut where there are forgeries, and for what
    tells collections apart where there are several.
    """
    index = pd.DataFrame(images.rows)
    counts = {
        "images": len(index),
        "rejected": len(images.rejected),
        "duplicates": len(images.duplicates),
        "inverted": images.inverted,
        "identities": index["identity"].nunique(),
    }
    summary = (
        "{images:,} images of {identities:,} identities prepared, {rejected:,} rejected, "
        "{duplicates:,} duplicates"
    )
    if images.inverted:
        summary += "; {inverted:,} were light on dark and are inverted"
    if images.disguised:
        counts["disguised"] = images.disguised
        summary += "; {disguised:,} disguised signatures are kept apart, for figures of their own"
    probe = of_sources(images.sources, index)
    apart = collection_probe.of_sources(images.sources, index)
    figures = {name: float(count) for name, count in counts.items()}
    figures |= probe.figures | apart.figures
    return ProbeReport(figures, [summary.format(**counts), *probe.lines, *apart.lines])


def write(folder: Path, report: ProbeReport) -> None:
    """Writes metrics.json and summary.txt into `folder`."""
    metrics_file.write(folder, report.figures)
    (folder / "summary.txt").write_text("\n".join(report.lines) + "\n", encoding="utf-8")
