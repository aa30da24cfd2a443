"""Submissions of a pipeline: the version that is uploaded once, and what a run changes of it."""

import argparse
import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.kubeflow import options as pipeline_options

LONGEST_NAME = 120


class Submission(NamedTuple):
    """A compiled pipeline and what a run of it changes.

    Attributes:
        package: the compiled pipeline, with the values of params.yaml and cluster.yaml.
        pipeline: its name.
        version: name of its content; equal content has an equal one.
        arguments: values that differ from the package's, by the pipeline's argument.
    """

    package: Path
    pipeline: str
    version: str
    arguments: dict[str, Any]


class RunSettings(NamedTuple):
    """Settings of a run that belong to no task.

    Attributes:
        experiment: name of its experiment.
        root: where its artifacts go; None: where the server puts them.
        service_account: Kubernetes service account of its pods; None: the server's choice.
    """

    experiment: str
    root: str | None = None
    service_account: str | None = None


def add_run_settings(command: argparse.ArgumentParser) -> None:
    """Adds `--experiment`, `--pipeline-root` and `--service-account`."""
    command.add_argument(
        "--experiment",
        default=pipeline_options.EXPERIMENT,
        metavar="NAME",
        help="KFP experiment of its runs",
    )
    command.add_argument(
        "--pipeline-root",
        metavar="URI",
        help="where artifacts go, as s3://bucket/prefix; else where the server puts them",
    )
    command.add_argument(
        "--service-account",
        metavar="NAME",
        help="Kubernetes service account of the pods, else that of cluster.yaml",
    )


def run_settings(options: argparse.Namespace) -> RunSettings:
    """Returns the settings that the options name, else cluster.yaml.

    Raises:
        InputError: as of `options.read`.
    """
    _, cluster = pipeline_options.read(options)
    account = options.service_account or cluster.service_account
    return RunSettings(options.experiment, options.pipeline_root, account)


@contextmanager
def prepare(options: argparse.Namespace) -> Iterator[Submission]:
    """Compiles the named pipeline and yields its submission; the file is removed afterwards.

    Values of `-S`, `--grid` and `--model` go as arguments, as far as the pipeline has them, so that
    runs with other values share a version and KFP's pages show the values.

    Raises:
        InputError: as of `options.build`; or a registry that can be asked from here has a champion
            that nothing can be compared with.
    """
    from pipelines.kubeflow import package, registry_question

    pipeline = pipeline_options.build(options)
    if options.pipeline == "retrain":
        registry_question.ask(
            options.model or pipeline_options.MODEL, pipeline_options.read(options)[1]
        )
    unchanged = argparse.Namespace(**vars(options))
    unchanged.assignments, unchanged.grid, unchanged.model = [], None, None
    changed: dict[str, Any] = {}
    if options != unchanged:
        # Not `build`: what is missing in the files may be set by an option.
        params, cluster = pipeline_options.read(unchanged)
        shipped = pipeline_options.builder(unchanged)(options.image, params, cluster)
        changed = take_arguments(pipeline, shipped)
    with package.temporary(pipeline, options.pipeline) as file:
        version = package.version_name(pipeline, file)
        yield Submission(file, pipeline.name, version, changed)


def take_arguments(pipeline: Any, shipped: Any) -> dict[str, Any]:
    """Gives a pipeline the defaults of another, and returns its own where they differ.

    Args:
        pipeline: as KFP defines it; changed in place.
        shipped: the same pipeline with other defaults; it may lack arguments.
    """
    inputs = pipeline.pipeline_spec.root.input_definitions.parameters
    defaults = shipped.pipeline_spec.root.input_definitions.parameters
    own, others = _defaults(pipeline), _defaults(shipped)
    shared = [name for name in own if name in others]
    changed = {name: own[name] for name in shared if own[name] != others[name]}
    for name in changed:
        inputs[name].default_value.CopyFrom(defaults[name].default_value)
    return changed


def run_name(options: argparse.Namespace) -> str:
    """Returns a run's name: its pipeline, its registered model, and what was changed.

    >>> run_name(argparse.Namespace(pipeline="signature", model=None, grid=None,
    ...     assignments=["train.steps=7"]))
    'signature train.steps=7'
    """
    words = [options.pipeline, options.model, *(options.grid or ()), *options.assignments]
    name = " ".join(filter(None, words))
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _defaults(pipeline: Any) -> Mapping[str, Any]:
    parameters = inspect.signature(pipeline.pipeline_func).parameters
    return {name: parameter.default for name, parameter in parameters.items()}
