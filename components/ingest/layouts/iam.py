"""The layout `iam`: words, lines or forms of handwriting, whose writers forms.txt names."""

import re
from pathlib import PurePosixPath

from components.ingest.layouts.labels import TOP, Labels, Scan, read
from components.ingest.listing import File
from components.shared.runtime.errors import InputError

FORMS = "forms.txt"
EXAMPLES = f"a01-000u-00-00.png (word), a01-000u-00.png (line) or a01-000u.png (form) with {FORMS}"
# Sentences have a number of their own: a01-000u-s00-00.
_NAME = re.compile(
    r"(?P<form>[a-z]\d\d-\d{3}[a-z]?)(?P<sentence>-s\d\d)?(?P<line>-\d\d)?(?P<word>-\d\d)?"
)


def scan(files: list[File], images: list[File]) -> Scan:
    """Labels the images whose form has a writer in forms.txt, which stands anywhere in the source.

    None where most images have other names.

    Raises:
        InputError: forms.txt is damaged, or images of several sizes (words, lines, sentences,
            forms) show the same writing.
    """
    table = next((file for file in files if file.path.name == FORMS), None)
    known = [file for file in images if _NAME.fullmatch(file.path.stem)]
    if table is None or 2 * len(known) <= len(images):
        return Scan([], [file.path for file in images])
    writers = _writers(table)
    result = read(images, TOP, lambda path: _labels(path, writers))
    sizes = sorted({_size(image.path) for image in result.images})
    if len(sizes) > 1:
        raise InputError(
            f"holds {' and '.join(sizes)} of IAM, which show the same writing twice: leave one of "
            f"them, and {FORMS}, in the source"
        )
    return result


def _writers(table: File) -> dict[str, str]:
    """Returns the writer of each form; lines begin with both, or are comments with `#`."""
    try:
        lines = table.file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{table.path}: cannot be read as a text file in UTF-8") from None
    writers: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        fields = line.split()
        if not fields or line.startswith("#"):
            continue
        if len(fields) < 2 or not _NAME.fullmatch(fields[0]):
            raise InputError(f"{table.path}: line {number} does not begin with form and writer")
        writers[fields[0]] = fields[1]
    return writers


def _labels(path: PurePosixPath, writers: dict[str, str]) -> Labels | None:
    match = _NAME.fullmatch(path.stem)
    writer = writers.get(match["form"]) if match else None
    return Labels(writer, "genuine") if writer else None


def _size(path: PurePosixPath) -> str:
    match = _NAME.fullmatch(path.stem)
    if match is None or match["line"] is None:
        return "forms"
    if match["sentence"]:
        return "sentences"
    return "words" if match["word"] else "lines"
