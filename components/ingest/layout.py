"""The layout of a source: the named one, or the one that explains its images best."""

import logging
from collections.abc import Iterable
from typing import NamedTuple

from components.ingest.layouts import (
    cedar,
    folder,
    four_n_sigcomp,
    iam,
    patterns,
    table,
    two_classes,
)
from components.ingest.layouts.labels import PathsError, Scan
from components.ingest.listing import File, is_image
from components.ingest.published import PUBLISHED
from components.shared.runtime.errors import InputError

# In the order in which `auto` tries them.
LOOKED_FOR = {
    "cedar": "full_org/original_W_S.png with full_forg/forgeries_W_S.png",
    **{collection.name: collection.examples for collection in PUBLISHED},
    "4nsigcomp2012": four_n_sigcomp.EXAMPLES,
    "iam": iam.EXAMPLES,
    "folder": (
        "one folder of images per identity, optionally genuine/ and forgery/ below, "
        "train/ val/ test/ above"
    ),
}
BY_NAME = {collection.name: collection for collection in PUBLISHED}
BY_TABLE = "a csv of path,identity,kind with a line per image, named as ingest.layout"
MISPLACED = "misplaced.csv"
ALWAYS = 1  # as many misplaced images are never too many
SAMPLE = 100  # images by which `auto` decides whether a published collection is worth a scan
log = logging.getLogger(__name__)


class Choice(NamedTuple):
    """The layout that was taken, by its name, and the scan that it gave."""

    name: str
    result: Scan


class Contents(NamedTuple):
    """A source's files, and those of them that are images."""

    files: list[File]
    images: list[File]


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
        layout: a name among `LOOKED_FOR`, `auto` (the first of them that explains enough images,
            else the one that explains most), or the path of a csv.
        source: the source's name, for the message.
        levels: folders that make an identity's name in the layout `folder`, as
            `ingest.identity_levels`.
        max_misplaced: the largest fraction of the images that may stand where the layout has none.

    Raises:
        PathsError: too few images stand where the layout has them.
        InputError: no image stands where the layout has them, or names tell two classes apart that
            the layout does not read.
    """
    every = list(files)
    contents = Contents(every, [file for file in every if is_image(file.path)])
    images = contents.images
    if layout.endswith(".csv"):
        return table.scan(every, images, layout)
    most = max(ALWAYS, int(max_misplaced * len(images)))
    names = _candidates(contents, levels) if layout == "auto" else [layout]
    try:
        name, result = _best(contents, names, levels, most)
        _refuse_ignored(name, result, images)
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
    if layout == "auto" and result.images:
        log.info("ingest.layout auto takes %s: %s", name, LOOKED_FOR[name])
    if not result.images:
        raise InputError(_unknown(source, images, layout, levels))
    if len(result.misplaced) > most:
        message = _too_many(source, images, result, max_misplaced)
        raise PathsError(message, MISPLACED, result.misplaced)
    return result


def _candidates(contents: Contents, levels: int | None) -> list[str]:
    """Returns the layouts that `auto` tries: of the published ones those that fit a sample.

    With `levels` none of these, as they have no folders to count.
    """
    fitting = _fitting(contents.images) if levels is None else []
    return [name for name in LOOKED_FOR if name not in BY_NAME or name in fitting]


def _fitting(images: list[File]) -> list[str]:
    """Returns the published collections whose rules explain more than half of a sample."""
    sample = images[:: max(1, len(images) // SAMPLE)]
    explained = {name: patterns.scan(sample, BY_NAME[name]).images for name in BY_NAME}
    return [name for name in BY_NAME if 2 * len(explained[name]) > len(sample)]


def _best(contents: Contents, names: list[str], levels: int | None, most: int) -> Choice:
    """Returns the first layout's scan with few misplaced images, else the one with the fewest."""
    choices = []
    for name in names:
        result = _scan_as(name, contents, levels)
        if len(names) > 1 and not _is_whole(name, result):
            continue
        choices.append(Choice(name, result))
        if result.images and len(result.misplaced) <= most:
            return choices[-1]
    return min(reversed(choices), key=lambda choice: len(choice.result.misplaced))


def _scan_as(name: str, contents: Contents, levels: int | None) -> Scan:
    if name in BY_NAME:
        return patterns.scan(contents.images, BY_NAME[name])
    if name == "iam":
        return iam.scan(*contents)
    if name == "4nsigcomp2012":
        return four_n_sigcomp.scan(*contents)
    if name == "cedar":
        return cedar.scan(contents.images)
    return folder.scan(contents.images, levels)


def _is_whole(name: str, result: Scan) -> bool:
    """Returns whether forgeries are there, if the published collection of this name has them."""
    return (
        name not in BY_NAME
        or not BY_NAME[name].has_forgeries
        or any(image.labels.kind == "forgery" for image in result.images)
    )


def _refuse_ignored(name: str, result: Scan, images: list[File]) -> None:
    """Refuses names of two classes where a layout calls everything genuine.

    Raises:
        InputError: with two paths, and the ways out.
    """
    if name == "folder":
        pattern = two_classes.find(result)
    elif name in BY_NAME and not BY_NAME[name].has_forgeries:
        pattern = two_classes.find(folder.scan(images))
    else:
        return
    if pattern:
        raise InputError(_ignored(pattern, _fitting(images)))


def _unknown(source: str, images: list[File], layout: str, levels: int | None) -> str:
    names = ["cedar", "folder"] if layout == "auto" else [layout]
    expected = "; or ".join(f"{name}: {LOOKED_FOR[name]}" for name in names)
    if layout == "auto":
        expected += f"; or one of {', '.join(name for name in LOOKED_FOR if name not in names)}"
    deeper = f" with ingest.identity_levels {levels}" if levels else ""
    return (
        f"{source}: has {len(images)} images (such as {images[0].path}), "
        f"but no known layout{deeper}: {expected}; or {BY_TABLE}"
    )


def _ignored(pattern: two_classes.Pattern, fitting: list[str]) -> str:
    beside = f"beside {pattern.genuine} " if pattern.genuine else ""
    by_name = f"set ingest.layout {' or '.join(fitting)}, " if fitting else ""
    return (
        f"{pattern.forgery} {beside}looks like a forgery by its name, which the layout "
        "does not read (all would be genuine, or identities of their own); "
        f"{by_name}sort the images into IDENTITY/genuine/ and IDENTITY/forgery/, or write "
        f"{BY_TABLE}"
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
