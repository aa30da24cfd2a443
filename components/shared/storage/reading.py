"""Reading of files that may be damaged: every fault is one line that names the file."""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from components.shared.runtime.errors import InputError

T = TypeVar("T")
LONGEST_REASON = 200


@contextmanager
def reading(path: Path, damaged: str, missing: str | None = None) -> Iterator[None]:
    """Turns whatever the readers of a file stumble over into an error about it.

    In the block stands no more than the reading: a fault of the program would look like one of the
    file.

    Args:
        path: the file.
        damaged: what it is then, and what to do; `{reason}` becomes the reader's own words.
        missing: what to do where there is no file; None: FileNotFoundError goes through.

    Raises:
        InputError: it cannot be read; one of the block's own goes through as it is.
    """
    try:
        yield
    except InputError:
        raise
    except (FileNotFoundError, NotADirectoryError):
        if missing is None:
            raise
        raise InputError(f"{path}: no such file; {missing}") from None
    except Exception as error:
        raise InputError(f"{path}: {damaged.replace('{reason}', in_one_line(error))}") from error


def read_json(path: Path, kind: type[T]) -> T:
    """Reads a file of JSON whose numbers are finite, as values of a type.

    Args:
        path: the file, in UTF-8.
        kind: of its content: NamedTuples and dataclasses stand for objects with their fields.

    Raises:
        ValueError: it is anything else.
        OSError: it cannot be read.
    """
    return parse_json(path.read_bytes(), kind)


def parse_json(content: bytes | str, kind: type[T]) -> T:
    """Reads JSON as `read_json` does."""
    try:
        values = json.loads(content, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deep") from None
    return as_values_of(kind, values)


def as_values_of(kind: type[T], values: object) -> T:
    """Returns plain values, as JSON has them, as values of a type; a text is no number.

    Raises:
        ValueError: they are not of that form.
    """
    result: T = _adapter(cast(Any, kind)).validate_json(json.dumps(values), strict=True)
    return result


def in_one_line(error: Exception) -> str:
    """Returns an error's words as one short line without control characters."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        words = f"{place}: {first['msg']}" if place else first["msg"]
    else:
        words = str(error) or type(error).__name__
    line = " ".join(words.split())
    line = "".join(character if character.isprintable() else "?" for character in line)
    return line if len(line) <= LONGEST_REASON else f"{line[:LONGEST_REASON]}…"


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refuse(text)
    return number


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a finite number")
