"""KFP's typed artifacts, filled with a step's parameters and results."""

import json
import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from components.shared.runtime.params import StepParams
from components.shared.tracking.record import flat_params
from pipelines.sections import STEPS

PARAMS = "params.json"


@contextmanager
def written_folder(artifact: Any) -> Iterator[Path]:
    """Yields a path for a folder, which becomes the artifact.

    Where KFP copies artifacts to an object store, one by one, it becomes a single file: an
    uncompressed tar.
    """
    path = Path(artifact.path)
    if artifact.path == artifact.uri:  # on this machine
        yield path
        return
    with TemporaryDirectory(prefix="folder-", dir=path.parent) as temporary:
        folder = Path(temporary) / "content"
        yield folder
        archive = shutil.make_archive(str(Path(temporary) / "archive"), "tar", folder)
        Path(archive).replace(path)


@contextmanager
def read_folder(artifact: Any) -> Iterator[Path]:
    """Yields the path of a folder that `written_folder` made, unpacked meanwhile if need be."""
    path = Path(artifact.path)
    if path.is_dir():
        yield path
        return
    with TemporaryDirectory(prefix="folder-", dir=path.parent) as temporary:
        shutil.unpack_archive(path, temporary, "tar", filter="data")
        yield Path(temporary)


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


def address_bytes(artifact: Any) -> int:
    """Returns about how many bytes the addresses of a run's artifacts have at most, given one.

    They differ in the names of their tasks and of themselves.
    """
    names = 16
    return len(artifact.uri.encode()) + names


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


def write_params(section: str, params: StepParams, output: Any, *inputs: Any) -> None:
    """Writes what `copy_params` does into a file of the output's folder.

    A task that takes the outputs of many branches gets the metadata of all in one argument.
    """
    written: dict[str, str] = {}
    for artifact in inputs:
        written |= params_of(artifact)
    written |= flat_params(section, params)
    (Path(output.path) / PARAMS).write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


def read_params(artifact: Any) -> dict[str, str]:
    """Returns the parameters, as `section.parameter`, in a file of an artifact's folder."""
    params: dict[str, str] = json.loads((Path(artifact.path) / PARAMS).read_text(encoding="utf-8"))
    return params


def copy_artifact(source: Any, target: Any) -> None:
    """Copies the folder of an artifact into another."""
    shutil.copytree(source.path, target.path)
