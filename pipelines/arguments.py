"""What the commands of `python -m pipelines` have in common."""

import argparse
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from components.shared.runtime import cli
from components.shared.runtime.errors import InputError

if TYPE_CHECKING:
    from pipelines.kubeflow.cluster import Cluster
    from pipelines.sections import Sections

PIPELINES = ("signature", "compare", "retrain")
GRID = ["train.mining=semi-hard,hard,all"]
MODEL = "signature-recognition"
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add(commands: Commands, name: str, what: str, example: str) -> argparse.ArgumentParser:
    """Adds a command with its help, an example and `-S`."""
    command = commands.add_parser(
        name,
        help=what,
        description=f"{what[:1].upper()}{what[1:]}. Parameters are those of params.yaml, but for what -S sets.",
        epilog=f"example:\n  python -m pipelines {example}",
        formatter_class=cli.Formatter,
    )
    command.add_argument(
        "-S",
        dest="assignments",
        action="append",
        default=[],
        metavar="SECTION.PARAMETER=VALUE",
        help="set one parameter; may be repeated",
    )
    return command


def add_pipeline(command: argparse.ArgumentParser) -> None:
    """Adds the pipeline's name and what single pipelines take."""
    command.add_argument("pipeline", nargs="?", default=PIPELINES[0], help=" | ".join(PIPELINES))
    command.add_argument(
        "--grid",
        nargs="+",
        metavar="SECTION.PARAMETER=VALUE,VALUE…",
        help=f"what `compare` varies, of split and train, else {GRID[0]}",
    )
    command.add_argument(
        "--model", metavar="NAME", help=f"registered model of `retrain`, else {MODEL}"
    )


def add_params(command: argparse.ArgumentParser) -> None:
    """Adds `--params`."""
    command.add_argument(
        "--params",
        type=Path,
        default=Path("params.yaml"),
        metavar="FILE",
        help="another file for params.yaml",
    )


def add_image(command: argparse.ArgumentParser) -> None:
    """Adds `--image`."""
    image = os.environ.get("PIPELINE_IMAGE", "signature-recognition:latest")
    command.add_argument(
        "--image", default=image, help="container image of the tasks, also by PIPELINE_IMAGE"
    )


def add_cluster(command: argparse.ArgumentParser) -> None:
    """Adds `--cluster`."""
    command.add_argument(
        "--cluster",
        type=Path,
        default=Path("cluster.yaml"),
        metavar="FILE",
        help="another file for cluster.yaml",
    )


def read(options: argparse.Namespace) -> "tuple[Sections, Cluster]":
    """The sections of params.yaml and cluster.yaml, with what -S sets.

    Raises:
        InputError: a file, a name or a value is wrong.
    """
    from pipelines import sections
    from pipelines.kubeflow import cluster

    own = [one for one in options.assignments if one.startswith(f"{cluster.SECTION}.")]
    rest = [one for one in options.assignments if one not in own]
    return sections.override(sections.read(options.params), rest), cluster.read(
        options.cluster, own
    )


def builder(options: argparse.Namespace) -> "Callable[[str, Sections, Cluster], Any]":
    """Builds the pipeline that the arguments name, given an image, the sections of params.yaml and
    a cluster.

    Raises:
        InputError: there is no such pipeline, an option belongs to another, or a combination of the
            grid is refused.
    """
    if options.pipeline not in PIPELINES:
        raise InputError(f"unknown pipeline '{options.pipeline}' (known: {', '.join(PIPELINES)})")
    for option, owner in (("grid", "compare"), ("model", "retrain")):
        if getattr(options, option) is not None and options.pipeline != owner:
            raise InputError(
                f"--{option} is an option of '{owner}', not of '{options.pipeline}'; the name comes first"
            )
    if options.pipeline == "compare":
        from pipelines.experiments import grid
        from pipelines.kubeflow import comparison_pipeline

        return partial(comparison_pipeline.build, settings=grid.combinations(options.grid or GRID))
    if options.pipeline == "retrain":
        from pipelines.kubeflow import retraining_pipeline

        return partial(retraining_pipeline.build, model=options.model or MODEL)
    from pipelines.kubeflow import training_pipeline

    return training_pipeline.build
