"""The layout of a csv of path,identity,kind[,part], which labels the images of any tree."""

import csv
import difflib
import io
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from components.ingest.characters import fault
from components.ingest.layouts.labels import Labels, PathsError, Scan, read
from components.ingest.layouts.words import kind_of, part_of
from components.ingest.listing import File
from components.shared.data.identities import nfc
from components.shared.runtime.errors import InputError

COLUMNS = ("path", "identity", "kind")
MISSING = "missing.csv"
DEPTH = 2  # the most folders that the paths may leave out
Table = dict[str, Labels]


class Line(NamedTuple):
    """A line of the csv, whose number is for messages."""

    place: str
    values: dict[str, str]


def scan(files: list[File], images: list[File], table: str) -> Scan:
    """Labels the images that the csv names; images that it does not name are misplaced.

    Args:
        files: every file of the source.
        images: those that are images.
        table: the csv's path, on this machine or else in the source. Its paths are relative to
            the source, or to the one folder (of one) that holds everything.

    Raises:
        PathsError: it names paths that have no image.
        InputError: it is missing or damaged, has an unknown kind or part, or names a path twice.
    """
    labels = _parse(_find(files, table), table)
    root = PurePosixPath()
    known = _names(images, root)
    for _ in range(DEPTH):
        tops = {file.path.relative_to(root).parts[0] for file in images}
        if known & set(labels) or len(tops) > 1:
            break
        root /= tops.pop()
        known = _names(images, root)
    if missing := [path for path in labels if path not in known]:
        nearest = difflib.get_close_matches(missing[0], sorted(known)[:2000], n=1)
        hint = f" (did you mean '{nearest[0]}'?)" if nearest else ""
        raise PathsError(
            f"{table}: '{missing[0]}' is no image of the source{hint}; "
            f"{len(missing)} of {len(labels)} paths are such",
            MISSING,
            missing,
        )
    return read(images, root, lambda path: labels.get(nfc(str(path))))


def _names(images: list[File], root: PurePosixPath) -> set[str]:
    """Returns the images' paths below `root`, in the form in which they are compared."""
    return {nfc(str(file.path.relative_to(root))) for file in images if file.path != root}


def _find(files: list[File], table: str) -> Path:
    """Returns the csv: on this machine, else in the source."""
    path = Path(table).expanduser()
    if path.is_file():
        return path
    inside = next((file.file for file in files if str(file.path) == table), None)
    if inside is None:
        raise InputError(f"ingest.layout: {table}: no such file, neither here nor in the source")
    return inside


def _parse(path: Path, table: str) -> Table:
    """Reads the labels of each path; commas or semicolons, UTF-8 with or without a mark."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{table}: cannot be read as a text file in UTF-8") from None
    header = text.partition("\n")[0]
    delimiter = ";" if ";" in header and "," not in header else ","
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True
    )
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        raise InputError(f"{table}: its first line must be path,identity,kind or that with ,part")
    labels: Table = {}
    try:
        for values in reader:
            cells = {name: (value or "").strip() for name, value in values.items() if name}
            line = Line(f"{table}: line {reader.line_num}", cells)
            path_name = nfc(str(PurePosixPath(cells["path"].replace("\\", "/"))))
            if path_name in labels:
                raise InputError(f"{line.place}: '{path_name}' is named twice")
            labels[path_name] = _labels(line)
    except csv.Error as error:
        raise InputError(f"{table}: not a csv ({error})") from None
    if not labels:
        raise InputError(f"{table}: names no image")
    return labels


def _labels(line: Line) -> Labels:
    """Returns the labels of one line.

    Raises:
        InputError: a value is missing, or the kind or part is unknown.
    """
    if empty := [column for column in COLUMNS if not line.values[column]]:
        raise InputError(f"{line.place} has no {empty[0]}")
    identity, kind = line.values["identity"], kind_of(line.values["kind"])
    if reason := fault(identity):
        raise InputError(f"{line.place}: the identity {identity!r} has {reason}")
    if kind is None:
        raise InputError(
            f"{line.place}: unknown kind '{line.values['kind']}' "
            "(known: genuine, forgery, disguised)"
        )
    part = line.values.get("part") or None
    if part and part_of(part) is None:
        raise InputError(f"{line.place}: unknown part '{part}' (known: train, val, test)")
    return Labels(identity, kind, part_of(part) if part else None)
