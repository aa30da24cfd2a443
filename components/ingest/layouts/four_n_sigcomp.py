"""The layout `4nsigcomp2012`: references and questioned signatures of authors A1, A2 and A3.

Some of the questioned ones are disguised: the author wrote them so as to deny them later. The kind
of a questioned one is in a table for each author, a sheet of the key that comes with the images.
"""

import csv
import re
from pathlib import PurePosixPath

from components.ingest.layouts.labels import TOP, Labels, Scan, read
from components.ingest.layouts.words import kind_of
from components.ingest.listing import File
from components.shared.runtime.errors import InputError

EXAMPLES = "Ref/A1/K001.PNG with Questioned/A1/Q001.png and A1.csv, the key of author A1"
_NAME = re.compile(
    r"(?:.*/)?(?P<folder>Ref|Reference|Questioned)/(?P<author>A\d)/[A-Z]+(?P<number>\d+)\D*",
    re.IGNORECASE,
)
Key = dict[int, str]


def scan(files: list[File], images: list[File]) -> Scan:
    """Labels references as genuine, and questioned signatures as the key of their author says.

    None where most images stand elsewhere.

    Raises:
        InputError: an author's key is missing or damaged, or lacks a questioned signature.
    """
    matches = [match for image in images if (match := _match(image.path))]
    if 2 * len(matches) <= len(images):
        return Scan([], [file.path for file in images])
    authors = {match["author"].upper() for match in matches}
    keys = {author: _key(files, author) for author in sorted(authors)}
    return read(images, TOP, lambda path: _labels(path, keys))


def _match(path: PurePosixPath) -> re.Match[str] | None:
    return _NAME.fullmatch(str(path.with_suffix("")))


def _labels(path: PurePosixPath, keys: dict[str, Key]) -> Labels | None:
    match = _match(path)
    if match is None:
        return None
    author = match["author"].upper()
    if match["folder"].lower() != "questioned":
        return Labels(author, "genuine")
    kind = keys[author].get(int(match["number"]))
    if kind is None:
        raise InputError(f"{author}.csv does not name {path}, number {int(match['number'])}")
    return Labels(author, kind)


def _key(files: list[File], author: str) -> Key:
    """Returns the kind of each questioned signature by its number.

    The table has a column for each kind, with the kind as its heading and the numbers below it.
    """
    name = f"{author}.csv"
    table = next((file for file in files if file.path.name.upper() == name.upper()), None)
    if table is None:
        raise InputError(
            f"{name} is missing: save the sheet {author} of the key (.xls) that came with the "
            "images as a csv in the source, with the headings genuine, simulated and disguised"
        )
    try:
        rows = list(csv.reader(table.file.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError(f"{table.path}: cannot be read as a csv in UTF-8") from None
    kinds = [kind_of(heading) for heading in rows[0]] if rows else []
    if not any(kinds):
        raise InputError(
            f"{table.path}: its first line must have the headings genuine, simulated, disguised"
        )
    key: Key = {}
    for number, row in enumerate(rows[1:], 2):
        for kind, cell in zip(kinds, row, strict=False):
            digits = re.fullmatch(r"\s*\D{0,3}(\d{1,9})\D*", cell)
            if kind is None or not cell.strip():
                continue
            if digits is None or key.setdefault(int(digits[1]), kind) != kind:
                raise InputError(
                    f"{table.path}: line {number}: '{cell}' is no number, or has two kinds"
                )
    return key
