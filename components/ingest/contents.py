"""The files of a source that are no images, in words."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from components.ingest.listing import File, is_image

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
ARCHIVES = {".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zip"}


def counts(paths: Iterable[PurePosixPath]) -> str:
    """Returns the commonest suffixes of files that are no images: `12 × .txt, 3 × .mat`."""
    others = Counter(path.suffix.lower() or path.name for path in paths if not is_image(path))
    return ", ".join(f"{count} × {suffix}" for suffix, count in others.most_common(SUFFIXES))


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


def no_image(source: str | Path, root: Path, contents: list[File]) -> str:
    """Returns the error about a source without an image: its content, and the way out.

    Args:
        source: its name.
        root: the folder that was listed.
        contents: the listed files.
    """
    paths = [file.path for file in contents]
    lines = [*unread_pictures(paths), *_inner_archives(paths), *_all(paths), *_hidden(root, paths)]
    return f"{source}: holds no image: {'; '.join(lines) or 'it is empty'}"


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


def _hidden(root: Path, paths: list[PurePosixPath]) -> Iterator[str]:
    """Yields a line about the files that the listing left out."""
    listed = set(paths)
    every = [PurePosixPath(file.relative_to(root)) for file in root.rglob("*") if file.is_file()]
    hidden = sorted(path for path in every if path not in listed)
    if hidden:
        yield (
            f"{_count(hidden, 'hidden file')} or litter of file managers left out "
            f"({_examples(hidden)})"
        )


def _examples(paths: list[PurePosixPath]) -> str:
    more = ", …" if len(paths) > EXAMPLES else ""
    return ", ".join(map(str, paths[:EXAMPLES])) + more


def _count(paths: list[PurePosixPath], noun: str) -> str:
    return f"{len(paths)} {noun}{'' if len(paths) == 1 else 's'}"
