"""The layout of a source: the named one, or the one that explains its images best."""

from collections.abc import Iterable
from typing import NamedTuple

from components.ingest.layouts import cedar, folder, table, two_classes
from components.ingest.layouts.labels import PathsError, Scan
from components.ingest.listing import File, is_image
from components.shared.runtime.errors import InputError

LOOKED_FOR = {
    "cedar": "full_org/original_W_S.png with full_forg/forgeries_W_S.png",
    "folder": (
        "one folder of images per identity, optionally genuine/ and forgery/ below, "
        "train/ val/ test/ above"
    ),
}
BY_TABLE = "a csv of path,identity,kind with a line per image, named as ingest.layout"
MISPLACED = "misplaced.csv"
ALWAYS = 1  # as many misplaced images are never too many


class Choice(NamedTuple):
    """The layout that was taken, by its name, and the scan that it gave."""

    name: str
    result: Scan


def scan(
    files: Iterable[File],
    layout: str,
    source: str,
    *,
    levels: int | None = None,
    max_misplaced: float = 0.05,
) -> Scan:
    """Labels all images of a source.

    Args:
        files: every file of the source, at least one of them an image.
        layout: `cedar`, `folder`, `auto` (cedar where it explains enough images, else the one
            that explains more), or the path of a csv.
        source: the source's name, for the message.
        levels: folders that make an identity's name in the layout `folder`, as
            `ingest.identity_levels`.
        max_misplaced: the largest fraction of the images that may stand where the layout has none.

    Raises:
        PathsError: too few images stand where the layout has them.
        InputError: no image stands where the layout has them, or names tell two classes apart that
            the layout does not read.
    """
    contents = list(files)
    images = [file for file in contents if is_image(file.path)]
    if layout.endswith(".csv"):
        return table.scan(contents, images, layout)
    names = list(LOOKED_FOR) if layout == "auto" else [layout]
    most = max(ALWAYS, int(max_misplaced * len(images)))
    try:
        name, result = _best(images, names, levels, most)
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
    if name == "folder" and (pattern := two_classes.find(result)):
        raise InputError(_ignored(source, pattern))
    if not result.images:
        raise InputError(_unknown(source, images, names, levels))
    if len(result.misplaced) > most:
        message = _too_many(source, images, result, max_misplaced)
        raise PathsError(message, MISPLACED, result.misplaced)
    return result


def _best(images: list[File], names: list[str], levels: int | None, most: int) -> Choice:
    """Returns the first layout's scan with few misplaced images, else the one with the fewest."""
    choices = []
    for name in names:
        result = cedar.scan(images) if name == "cedar" else folder.scan(images, levels)
        choices.append(Choice(name, result))
        if result.images and len(result.misplaced) <= most:
            return choices[-1]
    return min(reversed(choices), key=lambda choice: len(choice.result.misplaced))


def _unknown(source: str, images: list[File], names: list[str], levels: int | None) -> str:
    expected = "; or ".join(f"{name}: {LOOKED_FOR[name]}" for name in names)
    deeper = f" with ingest.identity_levels {levels}" if levels else ""
    return (
        f"{source}: has {len(images)} images (such as {images[0].path}), "
        f"but no known layout{deeper}: {expected}; or {BY_TABLE}"
    )


def _ignored(source: str, pattern: two_classes.Pattern) -> str:
    beside = f"beside {pattern.genuine} " if pattern.genuine else ""
    return (
        f"{source}: {pattern.forgery} {beside}looks like a forgery by its name, which the layout "
        "does not read (all would be genuine, or identities of their own); sort the images into "
        f"IDENTITY/genuine/ and IDENTITY/forgery/, or write {BY_TABLE}"
    )


def _too_many(source: str, images: list[File], result: Scan, max_misplaced: float) -> str:
    example = result.images[0]
    return (
        f"{source}: {len(result.misplaced)} of {len(images)} images stand where the layout has "
        f"none, such as {result.misplaced[0]} ({result.root / example.path} is read as identity "
        f"'{example.labels.identity}', {example.labels.kind}); ingest.max_misplaced allows "
        f"{max_misplaced:g} of them. Folders below an identity's: set ingest.identity_levels; "
        f"else write {BY_TABLE}"
    )
