"""The files of a source that are no images, and its litter, in words."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from components.ingest.characters import printable
from components.ingest.listing import Listing, is_image
from components.ingest.litter import absent_file

EXAMPLES = 3
SUFFIXES = 8  # the commonest that are reported


class Picture(NamedTuple):
    """A format of pictures that is not read, and a program that converts it."""

    name: str
    program: str


_HEIC = Picture("HEIC", "heif-convert")
_RAW = Picture("raw camera data", "darktable-cli")
# Nearly every build of Pillow reads AVIF. The plugin for HEIC comes with x265, under the GPL.
UNREAD = {
    **dict.fromkeys((".heic", ".heif", ".hif"), _HEIC),
    **dict.fromkeys((".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".rw2"), _RAW),
    **dict.fromkeys((".avif", ".avifs"), Picture("AVIF", "avifdec")),
    ".dcm": Picture("DICOM", "dcm2img"),
    ".djvu": Picture("DjVu", "ddjvu"),
    ".eps": Picture("EPS", "gs"),
    ".jxl": Picture("JPEG XL", "djxl"),
    ".pdf": Picture("PDF", "pdftoppm"),
    ".svg": Picture("SVG", "rsvg-convert"),
}
ARCHIVES = {".7z", ".bz2", ".gz", ".rar", ".rec", ".tar", ".tgz", ".xz", ".zip"}


def counts(paths: Iterable[PurePosixPath]) -> str:
    """Returns the commonest suffixes of files that are no images: `12 × .txt, 3 × .mat`."""
    return _commonest(path.suffix.lower() or path.name for path in paths if not is_image(path))


def litter_counts(litter: Iterable[PurePosixPath]) -> str:
    """Returns the commonest names of litter but placeholders of images: `3 × .DS_Store`."""
    names = (path.name for path in litter if not _stands_for_image(path))
    return _commonest("._*" if name.startswith("._") else name for name in names)


def absent_images(litter: Iterable[PurePosixPath]) -> Iterator[str]:
    """Yields a line about the images that are in iCloud alone, if there are any."""
    absent = [path for path in litter if _stands_for_image(path)]
    if absent:
        example = printable(str(absent_file(absent[0])))
        verb = "image is" if len(absent) == 1 else "images are"
        yield (
            f"{len(absent)} {verb} in iCloud alone (such as {example}): download them in the "
            "Finder and run ingest again"
        )


def unread_pictures(paths: Iterable[PurePosixPath]) -> Iterator[str]:
    """Yields a line for each format of pictures that is not read: their number, and the advice."""
    pictures: dict[Picture, list[PurePosixPath]] = {}
    for path in paths:
        picture = UNREAD.get(path.suffix.lower())
        if picture and not is_image(path):
            pictures.setdefault(picture, []).append(path)
    for picture, files in pictures.items():
        verb = "file is" if len(files) == 1 else "files are"
        yield (
            f"{len(files)} {verb} {picture.name} (such as {files[0]}), which is not read: convert "
            f"to PNG or JPEG, as {picture.program} does"
        )


def no_image(listing: Listing) -> str:
    """Returns the error about a source without an image: its content, and the way out."""
    paths = [file.path for file in listing.files]
    lines = [
        *absent_images(listing.litter),
        *unread_pictures(paths),
        *_inner_archives(paths),
        *_all(paths),
        *_hidden(listing.litter),
    ]
    return f"{listing.source}: holds no image: {'; '.join(lines) or 'it is empty'}"


def _inner_archives(paths: list[PurePosixPath]) -> Iterator[str]:
    archives = [path for path in paths if path.suffix.lower() in ARCHIVES]
    if archives:
        yield (
            f"{_count(archives, 'archive')} (such as {archives[0]}) inside: unpack, or name one as "
            "ingest.source"
        )


def _all(paths: list[PurePosixPath]) -> Iterator[str]:
    if paths:
        yield (
            f"it has {counts(paths)} ({_examples(paths)}); an image is known by its suffix, such "
            "as .png, .jpg, .tif"
        )


def _hidden(litter: list[PurePosixPath]) -> Iterator[str]:
    """Yields a line about the litter but placeholders of images."""
    hidden = [path for path in litter if not _stands_for_image(path)]
    if hidden:
        yield (
            f"{_count(hidden, 'hidden file')} or litter of file managers left out "
            f"({_examples(hidden)})"
        )


def _stands_for_image(path: PurePosixPath) -> bool:
    absent = absent_file(path)
    return absent is not None and is_image(absent)


def _examples(paths: list[PurePosixPath]) -> str:
    more = ", …" if len(paths) > EXAMPLES else ""
    return ", ".join(printable(str(path)) for path in paths[:EXAMPLES]) + more


def _commonest(names: Iterable[str]) -> str:
    commonest = Counter(names).most_common(SUFFIXES)
    return ", ".join(f"{count} × {printable(name)}" for name, count in commonest)


def _count(paths: list[PurePosixPath], noun: str) -> str:
    return f"{len(paths)} {noun}{'' if len(paths) == 1 else 's'}"
