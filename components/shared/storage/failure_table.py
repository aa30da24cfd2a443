"""The csv of all images that made a step fail, beside the output that it did not write.

DVC removes outputs before a step runs, and all of a temporary copy of the project after it.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from components.shared.storage.files import atomic_file, code_root, project_root


def path_beside(out: Path, name: str) -> Path:
    """Returns the table's path, `prepared-rejected.csv` for the output `prepared`.

    It is a sibling of the output; in a temporary copy of a DVC experiment, that in the project.

    Args:
        out: the step's output.
        name: of the table, as `rejected.csv`.
    """
    path = out.parent / f"{out.name}-{name}"
    copy, project = code_root(), project_root()
    if copy != project and path.absolute().is_relative_to(copy):
        return project / path.absolute().relative_to(copy)
    return path


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes the table."""
    with atomic_file(path) as fresh, fresh.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
