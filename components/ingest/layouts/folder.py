"""The layout `folder`: a folder per identity, kinds below it, parts above it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from components.ingest.layouts.labels import Labels, Scan, read
from components.ingest.layouts.words import kind_of, part_of
from components.ingest.listing import File
from components.shared.runtime.errors import InputError

DEPTH = 2  # the most folders above the layout's root


def scan(images: list[File], levels: int | None = None) -> Scan:
    """Reads a folder per identity, below at most two folders that hold the others.

    Of the roots that are possible, the one that explains the most images is taken, the uppermost
    of equals.

    Args:
        images: of the source.
        levels: folders that make an identity's name, with any folders below them; None: exactly
            one, with nothing but folders of kinds below it.
    """
    best = Scan([], [file.path for file in images])
    for root in _roots(images, levels):
        result = _read_below(root, images, levels)
        if len(result.images) > len(best.images):
            best = result
        if not best.misplaced:
            break
    return best


def _roots(images: list[File], levels: int | None) -> Iterator[PurePosixPath]:
    """Yields the source's top, then the folder that holds the most images, twice at most.

    With `levels`, the names themselves say nothing of a wrapper: a single top folder is one.
    """
    root = PurePosixPath()
    for depth in range(DEPTH + 1):
        folders = Counter(_top_folders(images, root))
        is_wrapped = len(folders) == 1 and depth < DEPTH and part_of(next(iter(folders))) is None
        if levels is None or not is_wrapped:
            yield root
        if not folders or (levels is not None and not is_wrapped):
            return
        root /= folders.most_common(1)[0][0]


def _top_folders(images: list[File], root: PurePosixPath) -> list[str]:
    """Returns the first folder below `root` of each image that stands in one."""
    depth = len(root.parts)
    below = [file.path.parts for file in images if file.path.is_relative_to(root)]
    return [parts[depth] for parts in below if len(parts) > depth + 1]


def _read_below(root: PurePosixPath, images: list[File], levels: int | None) -> Scan:
    folders = set(_top_folders(images, root))

    def identity_labels(path: PurePosixPath) -> Labels | None:
        return _identity_labels(path, levels)

    def part_labels(path: PurePosixPath) -> Labels | None:
        labels = _identity_labels(PurePosixPath(*path.parts[1:]), levels)
        return labels._replace(part=part_of(path.parts[0])) if labels else None

    return read(images, root, part_labels if _has_parts(folders, root) else identity_labels)


def _has_parts(folders: set[str], root: PurePosixPath) -> bool:
    """Returns whether the top folders are parts.

    Raises:
        InputError: several parts are there, and other folders too, or a part under two names.
    """
    parts = {name: part for name in sorted(folders) if (part := part_of(name))}
    paths = " and ".join(f"{root / name}/" for name in parts)
    if len(set(parts.values())) > 1 and (others := sorted(folders - set(parts))):
        raise InputError(
            f"beside {paths} stands something else ({', '.join(others[:3])}): "
            "move it into one of them, or out of the source"
        )
    if parts and set(parts) == folders:
        if len(set(parts.values())) < len(parts):
            raise InputError(f"{paths} name a part twice: rename one")
        return True
    return False


def _identity_labels(path: PurePosixPath, levels: int | None) -> Labels | None:
    folders = path.parts[:-1]
    name, below = folders[: levels or 1], folders[levels or 1 :]
    if len(name) < (levels or 1):
        return None
    kinds = {kind for folder in below if (kind := kind_of(folder))}
    if len(kinds) > 1 or (levels is None and len(below) != len(kinds)):
        return None
    return Labels("/".join(name), next(iter(kinds), "genuine"))
