"""Copies what a step returns into KFP's typed artifacts."""

import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def copy_figures(figures: Mapping[str, float], metrics: Any) -> None:
    """Copies figures into a Metrics artifact, but those that are not finite: KFP cannot write them as JSON."""
    for name, value in figures.items():
        if math.isfinite(value):
            metrics.log_metric(name, float(value))


def copy_roc(roc: Sequence[tuple[float, float, float]], curve: Any) -> None:
    """Copies points (FAR, 1 − FRR, threshold) into a ClassificationMetrics artifact, but those that are not finite."""
    points = [tuple(map(float, point)) for point in roc if all(map(math.isfinite, point))]
    if points:
        curve.log_roc_curve(*map(list, zip(*points, strict=True)))


def copy_page(page: Path, html: Any) -> None:
    """Copies a page into an HTML artifact."""
    shutil.copyfile(page, html.path)
