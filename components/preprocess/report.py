"""The report on the source files: their number, and whether they tell forged from genuine, or
collections apart.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from components.preprocess import duplicates
from components.preprocess.duplicates import NEAR, Pair
from components.shared.data import rejections
from components.shared.data.preparation import Prepared
from components.shared.verification import collection_probe, metrics_file
from components.shared.verification.shortcut_probe import ProbeReport, of_sources


def measure(images: Prepared, pairs: Sequence[Pair], *, judged: bool = False) -> ProbeReport:
    """Counts images, and probes the sources for a shortcut where there are forgeries, and for what
    tells collections apart where there are several.

    Args:
        images: the prepared ones.
        pairs: those that are equal or nearly so.
        judged: whether their quality was: then their reasons are counted too.
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
    near = [pair for pair in pairs if pair.relation == NEAR]
    if near:
        counts["n_near_copies"] = len(near)
    probe = of_sources(images.sources, index)
    apart = collection_probe.of_sources(images.sources, index)
    figures = {name: float(count) for name, count in counts.items()}
    figures |= probe.figures | apart.figures
    lines = [summary.format(**counts)]
    if judged:
        share = len(images.rejected) / (len(index) + len(images.rejected))
        figures["failure_to_acquire"] = share
        lines += _acquisition(images, share)
    lines += [*duplicates.summary(pairs), *probe.lines, *apart.lines]
    return ProbeReport(figures, lines)


def _acquisition(images: Prepared, share: float) -> list[str]:
    reasons = rejections.count_reasons(reason for _, reason in images.rejected)
    words = f": {rejections.in_words(reasons)}" if reasons else ""
    return [f"failure to acquire, {share:.2%}{words}"]


def write(folder: Path, report: ProbeReport) -> None:
    """Writes metrics.json and summary.txt into `folder`."""
    metrics_file.write(folder, report.figures)
    (folder / "summary.txt").write_text("\n".join(report.lines) + "\n", encoding="utf-8")
