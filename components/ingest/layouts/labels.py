"""Images of a source with the labels that a layout gives them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from components.ingest.listing import File
from components.shared.runtime.errors import InputError


class PathsError(InputError):
    """An error about more paths than its message can name.

    Attributes:
        table: the name of the csv that is to list them.
        paths: all of them.
    """

    def __init__(self, message: str, table: str, paths: Sequence[object]) -> None:
        super().__init__(message)
        self.table = table
        self.paths = [str(path) for path in paths]


class Labels(NamedTuple):
    """The labels that a layout gives an image; `part` is None where the layout has no parts."""

    identity: str
    kind: str
    part: str | None = None


TOP = PurePosixPath()
PathReader = Callable[[PurePosixPath], Labels | None]


@dataclass(frozen=True)
class LabelledImage:
    """An image of the source: its path relative to the layout's root, its file, and its labels."""

    path: PurePosixPath
    file: Path
    labels: Labels


@dataclass(frozen=True)
class Scan:
    """The images of a source, read from one root.

    Attributes:
        images: with their labels.
        misplaced: paths, relative to the source, of those that stand where the layout has none.
        root: the folder of the source that the images' paths are relative to.
    """

    images: list[LabelledImage]
    misplaced: list[PurePosixPath]
    root: PurePosixPath = TOP


def read(images: list[File], root: PurePosixPath, read_labels: PathReader) -> Scan:
    """Labels the images below `root`; the others are misplaced."""
    labelled: list[LabelledImage] = []
    misplaced: list[PurePosixPath] = []
    for file in images:
        path = file.path.relative_to(root) if file.path.is_relative_to(root) else None
        labels = read_labels(path) if path else None
        if path and labels:
            labelled.append(LabelledImage(path, file.file, labels))
        else:
            misplaced.append(file.path)
    return Scan(labelled, misplaced, root)
