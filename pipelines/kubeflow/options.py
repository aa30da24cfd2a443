"""Options of the commands that make a Kubeflow pipeline, and the pipeline that they name."""

import argparse
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.shared.runtime.errors import InputError
from pipelines import arguments

if TYPE_CHECKING:
    from pipelines.kubeflow.cluster import Cluster
    from pipelines.sections import Sections

PIPELINES = ("signature", "compare", "retrain")
GRID = ["train.mining=semi-hard,hard,all"]
MODEL = "signature-recognition"
EXPERIMENT = "signature-recognition"


def add_pipeline(command: argparse.ArgumentParser) -> None:
    """Adds the pipeline's name and the options of single pipelines."""
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


def add_compiled_pipeline(command: argparse.ArgumentParser) -> None:
    """Adds the pipeline's name and all that decides how it is compiled for a cluster."""
    add_pipeline(command)
    arguments.add_params(command)
    add_cluster(command)
    add_image(command)


def read(options: argparse.Namespace) -> "tuple[Sections, Cluster]":
    """Reads the sections of params.yaml and cluster.yaml, with the values that `-S` sets.

    Raises:
        InputError: a file, a name or a value is wrong.
    """
    from pipelines import sections
    from pipelines.kubeflow import cluster

    prefix = f"{cluster.SECTION}."
    of_cluster = [text for text in options.assignments if text.startswith(prefix)]
    of_steps = [text for text in options.assignments if not text.startswith(prefix)]
    params = sections.override(sections.read(options.params), of_steps)
    return params, cluster.read(options.cluster, of_cluster)


def builder(options: argparse.Namespace) -> "Callable[[str, Sections, Cluster], Any]":
    """Returns the function that builds the named pipeline, given an image, the sections of
    params.yaml and a cluster.

    Raises:
        InputError: there is no such pipeline, an option belongs to another, or a combination of the
            grid is refused.
    """
    if options.pipeline not in PIPELINES:
        raise InputError(f"unknown pipeline '{options.pipeline}' (known: {', '.join(PIPELINES)})")
    for option, owner in (("grid", "compare"), ("model", "retrain")):
        if getattr(options, option) is not None and options.pipeline != owner:
            raise InputError(
                f"--{option} is an option of '{owner}', not of '{options.pipeline}'; "
                "the name comes first"
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


def build(options: argparse.Namespace) -> Any:
    """Builds the named pipeline for a cluster.

    Raises:
        InputError: as of `read` and `builder`, or what is to be deployed is not published, or not
            in the format that is served.
    """
    params, cluster = read(options)
    if cluster.deploy is not None:
        _check_deployable(params["freeze"], Path(cluster.deploy))
    return builder(options)(options.image, params, cluster)


def _check_deployable(freeze: dict[str, Any], path: Path) -> None:
    """Refuses before the training what `deploy` would refuse after it."""
    from pipelines.deploy import inference_service, manifests

    if "publish" not in freeze:
        raise InputError(
            "cluster.deploy needs freeze.publish=s3://…: the service takes the model from there"
        )
    wanted = manifests.deployment(manifests.read(path))
    if inference_service.is_known(wanted):
        form = inference_service.format_of(wanted).folder
        if form not in freeze["formats"]:
            raise InputError(f"cluster.deploy needs freeze.formats=[onnx,{form}]: KServe reads it")
