"""Strict parameters: a step's model derives from `StepParams`, its section is in params.yaml."""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from components.shared.runtime.errors import InputError

P = TypeVar("P", bound="StepParams")


class StepParams(BaseModel):
    """Immutable parameters of one step (or of a part of one). Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def load(model: type[P], section: str, path: Path) -> P:
    """Reads one section of a parameter file.

    Args:
        model: the step's parameter model.
        section: the step's name, which is the section's name.
        path: params.yaml.

    Raises:
        InputError: the file or section is missing, or a parameter is unknown or has a wrong value.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"{path}: no such file; run from the project's root or pass --params"
        ) from None
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path}: cannot be read as a text file") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict) or section not in content:
        raise InputError(f"{path}: has no section '{section}'")
    return parse(model, section, content[section] or {}, str(path))


def parse(model: type[P], section: str, values: object, origin: str) -> P:
    """Validates the values of one section.

    Args:
        model: the step's parameter model.
        section: the section's name, for errors.
        values: a mapping of names to values.
        origin: the file or argument that the values come from, for errors.

    Raises:
        InputError: with every fault in one line: its place, its kind, and the nearest known name.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        faults = [_fault(model, section, dict(item)) for item in error.errors()]
        raise InputError(f"{origin}: " + "; ".join(faults)) from None


def _fault(model: type[StepParams], section: str, item: dict[str, Any]) -> str:
    location = [str(part) for part in item["loc"]]
    name = ".".join([section, *location])
    if item["type"] == "extra_forbidden":
        return f"unknown parameter {name}{_nearest(location[-1], _fields_at(model, location[:-1]))}"
    if item["type"] == "literal_error":
        allowed = str(item["ctx"]["expected"])
        nearest = _nearest(str(item["input"]), allowed.split("'"))
        return f"{name} is {item['input']!r}, but must be {allowed}{nearest}"
    if not location:
        return f"{section}: {item['msg'].removeprefix('Value error, ')}"
    return f"{name} is {item['input']!r}: {item['msg'].removeprefix('Value error, ')}"


def _fields_at(model: type[BaseModel], location: Iterable[str]) -> list[str]:
    """Returns the names of a nested model's fields, by the path to it."""
    for part in location:
        nested = _nested_model(model, part)
        if nested is None:
            break
        model = nested
    return list(model.model_fields)


def _nested_model(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    annotation = model.model_fields[name].annotation if name in model.model_fields else None
    for option in (annotation, *get_args(annotation)):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None


def _nearest(word: str, known: list[str]) -> str:
    """Returns a hint for an unknown word: the nearest known one, else all if they are few."""
    match = difflib.get_close_matches(word, known, n=1)
    if match:
        return f" (did you mean '{match[0]}'?)"
    return f" (known: {', '.join(known)})" if len(known) < 30 else ""
