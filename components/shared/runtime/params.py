"""Strict parameters: a step's model derives from `StepParams`, its section is in params.yaml."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, Self, TypeVar, get_args

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from components.shared.runtime import bounded_yaml
from components.shared.runtime.errors import InputError, redact_credentials

P = TypeVar("P", bound="StepParams")
EXPONENT = re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+")
TAKES_EXPONENTS = BeforeValidator(
    lambda value: float(value) if isinstance(value, str) and EXPONENT.fullmatch(value) else value
)
"""For numbers beside words: to YAML 1.1 `5e-1` is a text, and `5.0e-1` a number."""
CONTRADICTIONS_PASS = {"contradictions": "pass"}


class StepParams(BaseModel):
    """Immutable parameters of one step (or of a part of one). Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def contradictions(self) -> list[str]:
        """Returns what is wrong with values that each may have; each reason names all of them."""
        return []

    @model_validator(mode="after")
    def _refuse_contradictions(self, info: ValidationInfo) -> Self:
        if info.context != CONTRADICTIONS_PASS and (reasons := self.contradictions()):
            raise ValueError("; ".join(reasons))
        return self


class Examined(NamedTuple, Generic[P]):
    """The values of a section, as they were found.

    Attributes:
        params: the parameters, which may contradict each other; wrong ones have their defaults.
        wrong: the names of the wrong ones.
        faults: all that is wrong with any, and all contradictions between the others.
    """

    params: P
    wrong: list[str]
    faults: list[str]


def load(model: type[P], section: str, path: Path) -> P:
    """Reads one section of a parameter file.

    Args:
        model: the step's parameter model.
        section: the step's name, which is the section's name.
        path: params.yaml.

    Raises:
        InputError: the file or section is missing, or a parameter is unknown or has a wrong value.
    """
    return parse(model, section, read_section(section, path), str(path))


def read_section(section: str, path: Path) -> object:
    """Reads the values of one section of a parameter file.

    Raises:
        InputError: the file or section is missing.
    """
    try:
        content = bounded_yaml.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"{path}: no such file; run from the project's root or pass --params"
        ) from None
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path}: cannot be read as a text file") from None
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not valid YAML: {error}") from None
    if not isinstance(content, dict) or section not in content:
        raise InputError(f"{path}: has no section '{section}'")
    return content[section] or {}


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
    examined = examine(model, section, values)
    if examined.faults:
        raise InputError(f"{origin}: " + "; ".join(examined.faults))
    return examined.params


def examine(model: type[P], section: str, values: object) -> Examined[P]:
    """Validates the values of one section, and goes on with the others where some are wrong."""
    given = values if isinstance(values, Mapping) else {}
    faults, wrong = [], []
    try:
        model.model_validate(values, context=CONTRADICTIONS_PASS)
    except ValidationError as error:
        for item in error.errors():
            location = _location(values, item["loc"])
            faults.append(_fault(model, section, dict(item), location))
            given = _without(given, _path(item))
            wrong += [part for part in location if isinstance(part, str)]
    params = model.model_validate(given, context=CONTRADICTIONS_PASS)
    reasons = [reason for reason in params.contradictions() if not _names(reason, wrong)]
    if reasons:
        faults.append(f"{section}: {'; '.join(reasons)}")
    return Examined(params, wrong, faults)


def _path(item: Mapping[str, Any]) -> list[Any]:
    """Returns the keys and places that lead to a fault; a key that is no text stands as it is."""
    *outer, last = item["loc"] or [""]
    return [*outer, item["input"] if item["type"] == "invalid_key" else last]


def _without(values: Mapping[str, Any], location: Sequence[Any]) -> dict[str, Any]:
    """Returns nested values without the one at a location, or without the list that it is in."""
    first, *inner = location
    below = values.get(str(first))
    if inner and isinstance(below, Mapping):
        return {**values, str(first): _without(below, inner)}
    wrong = {first}  # a set finds NaN, too, which is not equal to itself
    return {name: value for name, value in values.items() if name not in wrong}


def _location(values: Any, parts: Iterable[str | int]) -> list[str | int]:
    """Returns the keys and places that lead to a value, without pydantic's names of options."""
    location: list[str | int] = []
    for part in parts:
        if isinstance(values, Mapping):
            location.append(part)
            values = values.get(part)
        elif isinstance(values, list | tuple) and isinstance(part, int):
            location.append(part)
            values = values[part]
    return location


def _names(reason: str, words: Iterable[str]) -> bool:
    """Tells whether a sentence has one of some words."""
    return not set(words).isdisjoint(re.findall(r"\w+", reason))


def _fault(
    model: type[StepParams], section: str, item: dict[str, Any], location: Sequence[str | int]
) -> str:
    name = section + "".join(map(_step, location))
    given = redact_credentials(repr(item["input"]))
    if item["type"] == "extra_forbidden":
        known = _fields_at(model, location[:-1])
        return f"unknown parameter {name}{_nearest(str(location[-1]), known)}"
    if item["type"] == "literal_error":
        allowed = str(item["ctx"]["expected"])
        nearest = _nearest(str(item["input"]), allowed.split("'"))
        return f"{name} is {given}, but must be {allowed}{nearest}"
    if item["type"] == "missing":
        return f"{name} is missing"
    if not location:
        return f"{section}: {item['msg'].removeprefix('Value error, ')}"
    return f"{name} is {given}: {item['msg'].removeprefix('Value error, ')}"


def _step(part: str | int) -> str:
    """Returns a part of a parameter's dotted name: a key, or a place in a list from 0."""
    return f"[{part}]" if isinstance(part, int) else f".{part}"


def _fields_at(model: type[BaseModel], location: Iterable[str | int]) -> list[str]:
    """Returns the names of a nested model's fields, by the path to it."""
    for part in location:
        if isinstance(part, int):
            continue
        nested = _nested_model(model, part)
        if nested is None:
            break
        model = nested
    return list(model.model_fields)


def _nested_model(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    options: list[Any] = [model.model_fields[name].annotation] if name in model.model_fields else []
    while options:
        option = options.pop()
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
        options += get_args(option)
    return None


def _nearest(word: str, known: list[str]) -> str:
    """Returns a hint for an unknown word: the nearest known one, else all if they are few."""
    match = difflib.get_close_matches(word, known, n=1)
    if match:
        return f" (did you mean '{match[0]}'?)"
    return f" (known: {', '.join(known)})" if len(known) < 30 else ""
