"""Sections of params.yaml, the arguments of a pipeline: read, overridden and checked before
anything runs.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from components.preprocess.params import PreprocessParams
from components.shared.runtime.errors import InputError
from components.shared.runtime.params import StepParams, load, parse
from components.train.channels import validate_channels
from components.train.params import TrainParams

STEPS = ("ingest", "preprocess", "split", "train", "evaluate", "freeze")
Sections = dict[str, dict[str, Any]]
FORM = "write <section>.<parameter>=<value>"
QUOTES = ("'", '"')


def model(step: str) -> type[StepParams]:
    """Returns the parameter model of a step, `TrainParams` for `train`."""
    module = import_module(f"components.{step}.params")
    result: type[StepParams] = getattr(module, f"{step.capitalize()}Params")
    return result


def read(path: Path) -> Sections:
    """Reads all sections of params.yaml, with defaults, but without nulls: KFP has none.

    Raises:
        InputError: with every section that is missing, every parameter that is unknown, has a wrong
            value or contradicts another.
    """
    return _validate(STEPS, lambda step: load(model(step), step, path))


def override(sections: Sections, assignments: Iterable[str]) -> Sections:
    """Returns the sections with single parameters set, as in `train.steps=20`.

    Raises:
        InputError: an assignment names no section; or with every one that names no parameter, has
            a wrong value or contradicts another.
    """
    changed = {step: dict(values) for step, values in sections.items()}
    for assignment in assignments:
        step = assignment.partition(".")[0]
        if step not in sections:
            raise InputError(f"-S {assignment}: {FORM}; sections: {', '.join(sections)}")
        changed[step] = assign(changed[step], assignment)
    return _validate(changed, lambda step: parse(model(step), step, changed[step], "-S"))


def assign(values: dict[str, Any], assignment: str) -> dict[str, Any]:
    """Sets one value of a section, as in `train.steps=20`, and returns all; the section's name is
    not checked.

    Raises:
        InputError: the assignment names no parameter or no value, or the value is not YAML.
    """
    _, *keys = assignment.partition("=")[0].split(".")
    if not keys:
        raise InputError(f"-S {assignment}: {FORM}")
    return _set(values, keys, read_value(assignment))


def read_value(assignment: str) -> object:
    """Returns the value of an assignment, which is YAML.

    Raises:
        InputError: it has none, or one that is not YAML.
    """
    _, equals, text = assignment.partition("=")
    if not equals:
        raise InputError(f"-S {assignment}: {FORM}")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        raise InputError(f"-S {assignment}: the value is not valid YAML; {_quoted(text)}") from None
    if isinstance(value, str) and text[:1] not in QUOTES and value != text.strip():
        raise InputError(f"-S {assignment}: YAML ends the value at its '#'; {_quoted(text)}")
    return value


def _validate(steps: Iterable[str], params_of: Callable[[str], StepParams]) -> Sections:
    """Returns the parameters of steps, or says all that is wrong with them at once."""
    params: dict[str, StepParams] = {}
    faults: list[str] = []
    for step in steps:
        try:
            params[step] = params_of(step)
        except InputError as error:
            faults.append(str(error))
    try:
        _validate_together(params)
    except InputError as error:
        faults.append(str(error))
    if faults:
        raise InputError("; ".join(dict.fromkeys(faults)))
    return {step: _dump(values) for step, values in params.items()}


def _validate_together(params: Mapping[str, StepParams]) -> None:
    """Checks that the training suits the images that preprocess makes."""
    preprocess, train = params.get("preprocess"), params.get("train")
    if isinstance(preprocess, PreprocessParams) and isinstance(train, TrainParams):
        validate_channels(train, preprocess.channels)


def _dump(params: StepParams) -> dict[str, Any]:
    return params.model_dump(mode="json", exclude_none=True)


def _set(values: dict[str, Any], keys: list[str], value: object) -> dict[str, Any]:
    first, *rest = keys
    if not rest:
        return {**values, first: value}
    inner = values.get(first)
    return {**values, first: _set(inner if isinstance(inner, dict) else {}, rest, value)}


def _quoted(text: str) -> str:
    """Says how a text that YAML would not read as one is written."""
    quoted = "'{}'".format(text.replace("'", "''"))
    return f"in quotes it is a text: {quoted}"
