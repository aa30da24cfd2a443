"""KFP's typed artifacts, filled with a step's parameters and results."""

import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from components.shared.runtime.params import StepParams
from components.shared.tracking.record import flat_params
from pipelines.sections import STEPS


def copy_figures(figures: Mapping[str, float], metrics: Any) -> None:
    """Copies finite figures into a Metrics artifact; KFP cannot write others as JSON."""
    for name, value in figures.items():
        if math.isfinite(value):
            metrics.log_metric(name, float(value))


def copy_roc(roc: Sequence[tuple[float, float, float]], curve: Any) -> None:
    """Copies points (FAR, 1 − FRR, threshold) into a ClassificationMetrics artifact, without points
    that are not finite.
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


def copy_params(section: str, params: StepParams, output: Any, *inputs: Any) -> None:
    """Writes a step's parameters, and those of the steps before it, into its output's metadata.

    Args:
        section: of params.yaml.
        params: of the step.
        output: artifact that the step writes.
        inputs: artifacts that it reads; their metadata hold the parameters of earlier steps.
    """
    for artifact in inputs:
        output.metadata |= params_of(artifact)
    output.metadata |= flat_params(section, params)


def params_of(artifact: Any) -> dict[str, str]:
    """Returns all parameters, as `section.parameter`, in an artifact's metadata."""
    return {
        name: value for name, value in artifact.metadata.items() if name.partition(".")[0] in STEPS
    }


def copy_artifact(source: Any, target: Any) -> None:
    """Copies the folder of an artifact, and the parameters in its metadata, into another."""
    shutil.copytree(source.path, target.path)
    target.metadata |= params_of(source)
