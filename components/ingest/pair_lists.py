"""Lists of comparisons that collections were published with, found in a source.

- LFW: `pairs.txt`, in ten folds, of names and numbers of images.
- Kaggle's Signature Verification Dataset: `train_data.csv` and `test_data.csv`, without a heading,
  of two paths below `train/` and `test/` and a 1 where the second is forged.
- SigComp2011: a signature in `Questioned(…)/052/` is compared with those in `Reference(…)/052/`.
"""

import csv
import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from components.ingest.layouts.labels import LabelledImage, Scan
from components.ingest.listing import File
from components.shared.data.pairs import ListedPair
from components.shared.runtime.errors import InputError

LFW, KAGGLE, SIGCOMP = "lfw", "kaggle", "sigcomp2011"
FILES = {
    "pairs.txt": LFW,
    "train_data.csv": f"{KAGGLE}-train",
    "test_data.csv": f"{KAGGLE}-test",
}
_SIGCOMP = re.compile(
    r"(?:.*?/)??(?:(?P<script>Dutch|Chinese)/)?"
    r"(?:(?P<reference>Ref|Reference)|Questioned)\(\d+\)/(?P<writer>\d+)/[^/]+",
    re.IGNORECASE,
)
_NUMBER = re.compile("[0-9]{1,9}")
log = logging.getLogger(__name__)


class _Line(NamedTuple):
    """A line of a list, with its number, and paths of images in the source."""

    number: int
    reference: str
    probe: str
    same: bool
    fold: int = 0


def find(files: Iterable[File], scan: Scan) -> list[ListedPair]:
    """Finds the lists of a source.

    Pairs with an image that the source lacks are left out, and a warning counts them.

    Args:
        files: every file of the source.
        scan: its images, with their labels.

    Raises:
        InputError: a list is damaged, or contradicts the labels.
    """
    images = {str(scan.root / image.path): image for image in scan.images}
    pairs = _questioned(images)
    for name, file in _list_files(files).items():
        lines = _lfw_lines(file, images) if name == LFW else _kaggle_lines(file, name)
        pairs += _resolved(name, file, lines, images)
    for name in dict.fromkeys(pair.list for pair in pairs):
        count = len({pair.comparison for pair in pairs if pair.list == name})
        log.info("the list %s: %d comparisons", name, count)
    return pairs


def _list_files(files: Iterable[File]) -> dict[str, File]:
    """Returns the file of each list; of one that a source holds twice, the first."""
    found: dict[str, File] = {}
    for file in files:
        name = FILES.get(file.path.name.lower())
        if name:
            found.setdefault(name, file)
    return found


def _lfw_lines(file: File, images: dict[str, LabelledImage]) -> Iterator[_Line]:
    """Yields the lines of a file as LFW's; none where its first one is no count of pairs."""
    by_name: dict[str, str] = {}
    for path in images:
        by_name.setdefault(PurePosixPath(path).stem, path)
    lines = _text(file).splitlines()
    header = lines[0].split() if lines else []
    if not 1 <= len(header) <= 2 or not all(map(_NUMBER.fullmatch, header)):
        log.info("%s is no list as LFW's, and is not read", file.path)
        return
    per_fold = 2 * int(header[-1])
    has_folds = len(header) == 2
    count = 0
    for number, line in enumerate(lines[1:], start=2):
        words = line.split()
        if not words:
            continue
        if len(words) == 3:
            words = [words[0], words[1], words[0], words[2]]
        if len(words) != 4 or not all(map(_NUMBER.fullmatch, words[1::2])):
            raise InputError(
                f"{file.path}: line {number}: not a name and two numbers, nor two names and numbers"
            )
        names = [f"{who}_{int(which):04}" for who, which in (words[:2], words[2:])]
        reference, probe = by_name.get(names[0], names[0]), by_name.get(names[1], names[1])
        fold = count // per_fold + 1 if has_folds and per_fold else 0
        yield _Line(number, reference, probe, words[0] == words[2], fold)
        count += 1


def _kaggle_lines(file: File, name: str) -> Iterator[_Line]:
    folder = file.path.parent / name.removeprefix(f"{KAGGLE}-")
    for number, cells in enumerate(csv.reader(_text(file).splitlines()), start=1):
        if not cells:
            continue
        if len(cells) != 3 or cells[2].strip() not in ("0", "1"):
            raise InputError(f"{file.path}: line {number}: not two paths and 0 or 1")
        paths = [str(folder / cell.strip().replace("\\", "/")) for cell in cells[:2]]
        yield _Line(number, paths[0], paths[1], cells[2].strip() == "0")


def _resolved(
    name: str, file: File, lines: Iterable[_Line], images: dict[str, LabelledImage]
) -> list[ListedPair]:
    """Returns the pairs of a list whose images are in the source."""
    pairs: list[ListedPair] = []
    absent: list[_Line] = []
    for line in lines:
        if line.reference not in images or line.probe not in images:
            absent.append(line)
            continue
        reference, probe = images[line.reference], images[line.probe]
        if line.same != _is_same(reference, probe):
            says = "of one identity" if line.same else "of two identities, or forged"
            raise InputError(
                f"{file.path}: line {line.number}: {line.reference} and {line.probe} are {says} "
                "there, but not by their labels"
            )
        number = len(pairs) + 1
        pairs.append(
            ListedPair(name, number, str(reference.path), str(probe.path), line.same, line.fold)
        )
    if absent:
        log.warning(
            "%s: %d of its pairs name images that the source lacks, such as %s and %s: left out",
            file.path,
            len(absent),
            absent[0].reference,
            absent[0].probe,
        )
    return pairs


def _questioned(images: dict[str, LabelledImage]) -> list[ListedPair]:
    """Returns the comparisons of SigComp2011: a questioned signature with all references."""
    references: dict[tuple[str, str], list[LabelledImage]] = defaultdict(list)
    questioned: list[tuple[tuple[str, str], LabelledImage]] = []
    for path, image in images.items():
        match = _SIGCOMP.fullmatch(path)
        if not match:
            continue
        key = (match["script"] or "", match["writer"])
        if match["reference"]:
            references[key].append(image)
        else:
            questioned.append((key, image))
    pairs: list[ListedPair] = []
    numbers: dict[str, int] = defaultdict(int)
    for key, probe in questioned:
        name = f"{SIGCOMP}-{key[0]}" if key[0] else SIGCOMP
        if references[key]:
            numbers[name] += 1
        for reference in references[key]:
            same = _is_same(reference, probe)
            paths = (str(reference.path), str(probe.path))
            pairs.append(ListedPair(name, numbers[name], *paths, same, 0))
    return pairs


def _is_same(reference: LabelledImage, probe: LabelledImage) -> bool:
    kinds = {reference.labels.kind, probe.labels.kind}
    return kinds == {"genuine"} and reference.labels.identity == probe.labels.identity


def _text(file: File) -> str:
    try:
        return file.file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{file.path}: cannot be read as a text file in UTF-8") from None


def in_collection(pairs: Sequence[ListedPair], name: str) -> list[ListedPair]:
    """Returns pairs under the paths that their images have in a collection of this name."""
    result = []
    for pair in pairs:
        listed = pair.list if pair.list == name else f"{name}-{pair.list}"
        reference, probe = f"{name}/{pair.reference}", f"{name}/{pair.probe}"
        result.append(pair._replace(list=listed, reference=reference, probe=probe))
    return result
