"""How identity, kind and part stand in the paths of a source: the layouts `cedar` and `folder`."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from components.ingest.listing import File, is_image
from components.shared.data.catalog import KINDS
from components.shared.runtime.errors import InputError

PARTS = ("train", "val", "test")
DEPTH = 2
CEDAR = {"full_org": ("genuine", re.compile(r"original_(\d+)_\d+\.\w+$", re.IGNORECASE))} | {
    "full_forg": ("forgery", re.compile(r"forgeries_(\d+)_\d+\.\w+$", re.IGNORECASE))
}
LOOKED_FOR = {
    "cedar": "full_org/original_W_S.png with full_forg/forgeries_W_S.png",
    "folder": "one folder of images per identity, optionally genuine/ and forgery/ below, train/ val/ test/ above",
}


@dataclass(frozen=True)
class Found:
    """An image of the source: its path relative to the layout's root, and what the path says about
    it.
    """

    path: PurePosixPath
    file: Path
    identity: str
    kind: str
    part: str | None = None


@dataclass(frozen=True)
class Scan:
    """What a layout made of a source: its images, and the images that stand where it expects none."""

    images: list[Found]
    misplaced: list[PurePosixPath]


def scan(files: Iterable[File], layout: str, source: str) -> Scan:
    """Reads identity, kind and part from the paths; the layout's root may be up to two folders
    down.

    Args:
        files: every file of the source.
        layout: `cedar`, `folder`, or `auto` (cedar where its two folders are found).
        source: the source's name, for the message.

    Raises:
        InputError: the source has no image, or none where the layout has them.
    """
    images = [file for file in files if is_image(file.path)]
    if not images:
        raise InputError(f"{source}: holds no image")
    readers: dict[str, Callable[[list[File]], Scan]] = {"cedar": _cedar, "folder": _folder}
    tried = ["cedar", "folder"] if layout == "auto" else [layout]
    for name in tried:
        result = readers[name](images)
        if result.images:
            return result
    wanted = "; or ".join(f"{name}: {LOOKED_FOR[name]}" for name in tried)
    raise InputError(
        f"{source}: has {len(images)} images (such as {images[0].path}), but no known layout: {wanted}"
    )


def _cedar(images: list[File]) -> Scan:
    for depth in range(DEPTH + 1):
        roots = {_above(file.path, depth) for file in images if len(file.path.parts) == depth + 2}
        complete = [
            root
            for root in roots
            if all(any(_in(f.path, root / name) for f in images) for name in CEDAR)
        ]
        if len(complete) > 1:
            names = ", ".join(sorted(map(str, complete)))
            raise InputError(
                f"CEDAR's folders are there more than once: {names}; name one of them as the source"
            )
        if complete:
            return _read(images, complete[0], _cedar_path)
    return Scan([], [])


def _cedar_path(path: PurePosixPath) -> tuple[str, str, str | None] | None:
    kind, pattern = CEDAR.get(path.parts[0], ("", re.compile("$.")))
    match = pattern.match(path.name)
    return (match[1], kind, None) if match and len(path.parts) == 2 else None


def _folder(images: list[File]) -> Scan:
    root = PurePosixPath()
    for _ in range(DEPTH + 1):
        below = [file.path.relative_to(root) for file in images]
        top = {path.parts[0] for path in below}
        if len(top) > 1 or not _wraps(next(iter(top)), below):
            break
        root /= top.pop()
    return _read(images, root, _parted_path if _has_parts(top, root) else _identity_path)


def _wraps(name: str, below: list[PurePosixPath]) -> bool:
    """Whether a single top folder is a wrapper, not itself an identity or a part."""
    inner = {path.parts[1].lower() for path in below if len(path.parts) > 2}
    images_inside = any(len(path.parts) <= 2 for path in below)
    return not images_inside and name.lower() not in PARTS and not inner <= set(KINDS)


def _has_parts(top: set[str], root: PurePosixPath) -> bool:
    parts = {name for name in top if name.lower() in PARTS}
    if parts and parts == top:
        return True
    if {"train", "val"} <= {name.lower() for name in parts}:
        others = ", ".join(sorted(top - parts)[:3])
        raise InputError(
            f"{root or '.'}: beside train/ and val/ stands something else ({others}): parts or identities?"
        )
    return False


def _parted_path(path: PurePosixPath) -> tuple[str, str, str | None] | None:
    read = _identity_path(PurePosixPath(*path.parts[1:])) if len(path.parts) > 1 else None
    return (read[0], read[1], path.parts[0].lower()) if read else None


def _identity_path(path: PurePosixPath) -> tuple[str, str, str | None] | None:
    match path.parts:
        case (identity, _):
            return identity, "genuine", None
        case (identity, kind, _) if kind.lower() in KINDS:
            return identity, kind.lower(), None
    return None


def _read(
    images: list[File],
    root: PurePosixPath,
    parse: Callable[[PurePosixPath], tuple[str, str, str | None] | None],
) -> Scan:
    found, misplaced = [], []
    for file in images:
        read = parse(file.path.relative_to(root)) if _in(file.path, root) else None
        if read is None:
            misplaced.append(file.path)
        else:
            found.append(Found(file.path.relative_to(root), file.file, *read))
    return Scan(found, misplaced)


def _above(path: PurePosixPath, depth: int) -> PurePosixPath:
    return PurePosixPath(*path.parts[:depth])


def _in(path: PurePosixPath, folder: PurePosixPath) -> bool:
    return path.is_relative_to(folder)
