"""The layouts `cedar` and `folder`: identity, kind and part as the paths of a source name them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from components.ingest.listing import File, is_image
from components.shared.data.catalog import KINDS
from components.shared.runtime.errors import InputError

PARTS = ("train", "val", "test")
DEPTH = 2  # the most folders above a layout's root
CEDAR = {
    "full_org": ("genuine", re.compile(r"original_(\d+)_\d+\.\w+$", re.IGNORECASE)),
    "full_forg": ("forgery", re.compile(r"forgeries_(\d+)_\d+\.\w+$", re.IGNORECASE)),
}
LOOKED_FOR = {
    "cedar": "full_org/original_W_S.png with full_forg/forgeries_W_S.png",
    "folder": (
        "one folder of images per identity, optionally genuine/ and forgery/ below, "
        "train/ val/ test/ above"
    ),
}


class Labels(NamedTuple):
    """The labels that a path gives an image; `part` is None where the layout has no parts."""

    identity: str
    kind: str
    part: str | None = None


PathReader = Callable[[PurePosixPath], Labels | None]


@dataclass(frozen=True)
class LabelledImage:
    """An image of the source: its path relative to the layout's root, its file, and its labels."""

    path: PurePosixPath
    file: Path
    labels: Labels


@dataclass(frozen=True)
class Scan:
    """The images of a source, and the paths of those that stand where the layout has none."""

    images: list[LabelledImage]
    misplaced: list[PurePosixPath]


def scan(files: Iterable[File], layout: str, source: str) -> Scan:
    """Reads the labels of all images from their paths; the layout's root may be up to two folders
    down.

    Args:
        files: every file of the source.
        layout: `cedar`, `folder`, or `auto` (cedar where its two folders are there).
        source: the source's name, for the message.

    Raises:
        InputError: the source has no image, or none where the layout has them.
    """
    images = [file for file in files if is_image(file.path)]
    if not images:
        raise InputError(f"{source}: holds no image")
    names = list(READERS) if layout == "auto" else [layout]
    for name in names:
        result = READERS[name](images)
        if result.images:
            return result
    expected = "; or ".join(f"{name}: {LOOKED_FOR[name]}" for name in names)
    raise InputError(
        f"{source}: has {len(images)} images (such as {images[0].path}), "
        f"but no known layout: {expected}"
    )


def _cedar(images: list[File]) -> Scan:
    """Reads CEDAR's two folders at the smallest depth that has them."""
    for depth in range(DEPTH + 1):
        roots = {_above(file.path, depth) for file in images if len(file.path.parts) == depth + 2}
        complete = [root for root in roots if _has_cedar_folders(images, root)]
        if len(complete) > 1:
            names = ", ".join(sorted(map(str, complete)))
            raise InputError(
                f"CEDAR's folders are there more than once: {names}; name one of them as the source"
            )
        if complete:
            return _read(images, complete[0], _cedar_labels)
    return Scan([], [])


def _has_cedar_folders(images: list[File], root: PurePosixPath) -> bool:
    below = [file.path.relative_to(root) for file in images if file.path.is_relative_to(root)]
    return {path.parts[0] for path in below} >= set(CEDAR)


def _cedar_labels(path: PurePosixPath) -> Labels | None:
    if len(path.parts) != 2 or path.parts[0] not in CEDAR:
        return None
    kind, pattern = CEDAR[path.parts[0]]
    match = pattern.match(path.name)
    return Labels(match[1], kind) if match else None


def _folder(images: list[File]) -> Scan:
    """Reads a folder per identity, below at most two folders that hold nothing else."""
    root = PurePosixPath()
    for _ in range(DEPTH + 1):
        below = [file.path.relative_to(root) for file in images]
        top = {path.parts[0] for path in below}
        if len(top) > 1 or not _wraps(next(iter(top)), below):
            break
        root /= top.pop()
    return _read(images, root, _part_labels if _has_parts(top, root) else _identity_labels)


def _wraps(name: str, below: list[PurePosixPath]) -> bool:
    """Returns whether a single top folder is a wrapper, not itself an identity or a part."""
    inner = {path.parts[1].lower() for path in below if len(path.parts) > 2}
    images_inside = any(len(path.parts) <= 2 for path in below)
    return not images_inside and name.lower() not in PARTS and not inner <= set(KINDS)


def _has_parts(top: set[str], root: PurePosixPath) -> bool:
    """Returns whether the top folders are parts.

    Raises:
        InputError: train/ and val/ are there, and other folders too.
    """
    parts = {name for name in top if name.lower() in PARTS}
    if parts and parts == top:
        return True
    if {"train", "val"} <= {name.lower() for name in parts}:
        others = ", ".join(sorted(top - parts)[:3])
        raise InputError(
            f"{root or '.'}: beside train/ and val/ stands something else ({others}): "
            "parts or identities?"
        )
    return False


def _part_labels(path: PurePosixPath) -> Labels | None:
    if len(path.parts) < 2:
        return None
    labels = _identity_labels(PurePosixPath(*path.parts[1:]))
    return labels._replace(part=path.parts[0].lower()) if labels else None


def _identity_labels(path: PurePosixPath) -> Labels | None:
    match path.parts:
        case (identity, _):
            return Labels(identity, "genuine")
        case (identity, kind, _) if kind.lower() in KINDS:
            return Labels(identity, kind.lower())
    return None


def _read(images: list[File], root: PurePosixPath, read_labels: PathReader) -> Scan:
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
    return Scan(labelled, misplaced)


def _above(path: PurePosixPath, depth: int) -> PurePosixPath:
    """Returns the first `depth` folders of a path."""
    return PurePosixPath(*path.parts[:depth])


READERS: dict[str, Callable[[list[File]], Scan]] = {"cedar": _cedar, "folder": _folder}
