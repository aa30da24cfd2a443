"""Sections of params.yaml, the arguments of a pipeline: read, overridden and checked before
anything runs.
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import yaml

from components.ingest.params import IngestParams
from components.preprocess.params import PreprocessParams
from components.shared.runtime import bounded_yaml
from components.shared.runtime.errors import InputError
from components.shared.runtime.params import Examined, StepParams, examine, read_section
from components.split.params import SplitParams
from components.train.channels import channel_faults
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
    values: dict[str, object] = {}
    missing: list[str] = []
    for step in STEPS:
        try:
            values[step] = read_section(step, path)
        except InputError as error:
            missing.append(str(error))
    return _validate(values, str(path), missing)


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
    return _validate(changed, "-S")


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
        value = bounded_yaml.parse(text)
    except yaml.YAMLError as error:
        raise InputError(
            f"-S {assignment}: the value is not valid YAML; {_quoted(text)} ({error})"
        ) from None
    if isinstance(value, str) and text[:1] not in QUOTES and value != text.strip():
        raise InputError(f"-S {assignment}: YAML ends the value at its '#'; {_quoted(text)}")
    return value


def _validate(values: Mapping[str, object], origin: str, missing: Sequence[str] = ()) -> Sections:
    """Returns the parameters of steps, or says all that is wrong with them at once."""
    examined = {step: examine(model(step), step, section) for step, section in values.items()}
    faults = list(dict.fromkeys(missing))
    faults += [f"{origin}: {'; '.join(each.faults)}" for each in examined.values() if each.faults]
    faults += _faults_together(examined)
    if faults:
        raise InputError("; ".join(faults))
    return {step: _dump(each.params) for step, each in examined.items()}


def _faults_together(examined: Mapping[str, Examined[StepParams]]) -> list[str]:
    """Returns why the parts do not suit the collections, or the training the images that preprocess
    makes.
    """
    return _collection_faults(examined) + _channel_faults(examined)


def _collection_faults(examined: Mapping[str, Examined[StepParams]]) -> list[str]:
    ingest, split = examined.get("ingest"), examined.get("split")
    if ingest is None or split is None or "source" in ingest.wrong or split.faults:
        return []
    names = list(cast(IngestParams, ingest.params).collections)
    return cast(SplitParams, split.params).collection_faults(names)


def _channel_faults(examined: Mapping[str, Examined[StepParams]]) -> list[str]:
    preprocess, train = examined.get("preprocess"), examined.get("train")
    if preprocess is None or train is None or "channels" in preprocess.wrong:
        return []
    channels = cast(PreprocessParams, preprocess.params).channels
    return channel_faults(cast(TrainParams, train.params), channels)


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
