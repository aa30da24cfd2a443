"""Sections of params.yaml, the arguments of a pipeline: read, overridden and checked before
anything runs.
"""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from components.shared.runtime.errors import InputError
from components.shared.runtime.params import StepParams, load, parse

STEPS = ("ingest", "preprocess", "split", "train", "evaluate", "freeze")
Sections = dict[str, dict[str, Any]]


def model(step: str) -> type[StepParams]:
    """Returns the parameter model of a step, `TrainParams` for `train`."""
    module = import_module(f"components.{step}.params")
    result: type[StepParams] = getattr(module, f"{step.capitalize()}Params")
    return result


def read(path: Path) -> Sections:
    """Reads all sections of params.yaml, with defaults, but without nulls: KFP has none.

    Raises:
        InputError: a section is missing, a parameter unknown or its value wrong.
    """
    return {step: _dump(load(model(step), step, path)) for step in STEPS}


def override(sections: Sections, assignments: Iterable[str]) -> Sections:
    """Returns the sections with single parameters set, as in `train.steps=20`.

    Raises:
        InputError: an assignment names no section or parameter, or its value is wrong.
    """
    changed = {step: dict(values) for step, values in sections.items()}
    for assignment in assignments:
        step = assignment.partition(".")[0]
        if step not in sections:
            raise InputError(
                f"-S {assignment}: write <section>.<parameter>=<value>; "
                f"sections: {', '.join(sections)}"
            )
        changed[step] = assign(changed[step], assignment)
    return {step: _dump(parse(model(step), step, values, "-S")) for step, values in changed.items()}


def assign(values: dict[str, Any], assignment: str) -> dict[str, Any]:
    """Sets one value of a section, as in `train.steps=20`, and returns all; the section's name is
    not checked.

    Raises:
        InputError: the assignment names no parameter or no value, or the value is not YAML.
    """
    name, equals, text = assignment.partition("=")
    _, *keys = name.split(".")
    if not equals or not keys:
        raise InputError(f"-S {assignment}: write <section>.<parameter>=<value>")
    return _set(values, keys, _value(assignment, text))


def _dump(params: StepParams) -> dict[str, Any]:
    return params.model_dump(mode="json", exclude_none=True)


def _set(values: dict[str, Any], keys: list[str], value: object) -> dict[str, Any]:
    first, *rest = keys
    if not rest:
        return {**values, first: value}
    inner = values.get(first)
    return {**values, first: _set(inner if isinstance(inner, dict) else {}, rest, value)}


def _value(assignment: str, text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise InputError(f"-S {assignment}: the value is not valid YAML") from None
