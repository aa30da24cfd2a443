"""claims.csv: a claim a row, with the paths of its images."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from components.shared.runtime.errors import InputError

COLUMNS = ("claim", "questioned", "references")
BETWEEN = ";"
"""What stands between the references of a claim."""


class ClaimedImages(NamedTuple):
    """A row of the file.

    Attributes:
        claim: its name, which no other has.
        questioned: the path of the questioned image.
        references: the paths of the claimed person's own, one at least.
    """

    claim: str
    questioned: Path
    references: list[Path]


def read(path: Path) -> list[ClaimedImages]:
    """Reads all rows; paths are relative to the file's folder. Other columns are ignored.

    Raises:
        InputError: it is missing, no such table, or a row is damaged: the message names its line.
    """
    lines: dict[str, int] = {}
    rows = []
    for line, values in _lines(path):
        row = _parse(f"{path}: line {line}", values, path.parent)
        earlier = lines.setdefault(row.claim, line)
        if earlier != line:
            raise InputError(
                f"{path}: line {line}: the claim {row.claim!r} stands in line {earlier} already"
            )
        rows.append(row)
    if not rows:
        raise InputError(f"{path}: holds no claims")
    return rows


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yields the values of each row by column, after the number of its last line."""
    reader = None
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = [name.strip() for name in next(reader, [])]
            _check_header(path, header)
            for values in reader:
                if not values:
                    continue
                if len(values) != len(header):
                    raise InputError(
                        f"{path}: line {reader.line_num}: {len(values)} values, but the header "
                        f"has {len(header)} columns"
                    )
                yield reader.line_num, dict(zip(header, values, strict=True))
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a text in UTF-8; save it as such") from None
    except csv.Error as error:
        line = reader.line_num if reader else 1
        raise InputError(f"{path}: line {line}: not a row of a csv file ({error})") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def _check_header(path: Path, header: Sequence[str]) -> None:
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise InputError(
            f"{path}: lacks the column {', '.join(missing)}; the first line is "
            f"{','.join(COLUMNS)}, with commas"
        )


def _parse(place: str, values: dict[str, str], folder: Path) -> ClaimedImages:
    given = {name: values[name].strip() for name in COLUMNS}
    for column, value in given.items():
        if not value:
            raise InputError(f"{place}: has no {column}")
        if "\0" in value:
            raise InputError(f"{place}: the {column} holds a NUL character")
    references = [name.strip() for name in given["references"].split(BETWEEN)]
    if not all(references):
        raise InputError(f"{place}: has an empty reference; between two stands one {BETWEEN!r}")
    return ClaimedImages(
        claim=given["claim"],
        questioned=folder / given["questioned"],
        references=[folder / name for name in references],
    )
