"""Copies what a step took and what it returns into KFP's typed artifacts."""

import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from components.shared.runtime.params import StepParams
from components.shared.tracking.run import flat_params
from pipelines.sections import STEPS


def copy_figures(figures: Mapping[str, float], metrics: Any) -> None:
    """Copies figures into a Metrics artifact, but those that are not finite: KFP cannot write them
    as JSON.
    """
    for name, value in figures.items():
        if math.isfinite(value):
            metrics.log_metric(name, float(value))


def copy_roc(roc: Sequence[tuple[float, float, float]], curve: Any) -> None:
    """Copies points (FAR, 1 − FRR, threshold) into a ClassificationMetrics artifact, but those that
    are not finite.
    """
    points = [tuple(map(float, point)) for point in roc if all(map(math.isfinite, point))]
    if points:
        curve.log_roc_curve(*map(list, zip(*points, strict=True)))


def copy_page(page: Path, html: Any) -> None:
    """Copies a page into an HTML artifact."""
    shutil.copyfile(page, html.path)


def write_report(text: str, markdown: Any) -> None:
    """Writes a Markdown artifact."""
    Path(markdown.path).write_text(text, encoding="utf-8")


def copy_params(section: str, params: StepParams, made: Any, *used: Any) -> None:
    """Writes a step's parameters, and those that its inputs were made with, into the metadata of
    its output.
    """
    for artifact in used:
        made.metadata |= params_of(artifact)
    made.metadata |= flat_params(section, params)


def params_of(artifact: Any) -> dict[str, str]:
    """All parameters, as `section.parameter`, that an artifact was made with."""
    return {
        name: value for name, value in artifact.metadata.items() if name.partition(".")[0] in STEPS
    }


def copy_made(made: Any, copied: Any) -> None:
    """Copies the folder of an artifact, and what it was made with, into another."""
    shutil.copytree(made.path, copied.path)
    copied.metadata |= params_of(made)
