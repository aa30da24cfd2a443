"""Two classes of signatures that names tell apart and a layout does not read."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from components.ingest.layouts.labels import LabelledImage, Scan
from components.ingest.layouts.words import (
    FORGERY_WORDS,
    GENUINE_WORDS,
    kind_of,
    tokens,
    words,
)

# Letters that well-known data sets use: (genuine, forgery). They count in pairs alone.
LETTERS = (("g", "f"), ("c", "cf"), ("v", "f"))
LEAST = 0.5  # the share of the names that a pair of letters must explain


class Pattern(NamedTuple):
    """Two paths whose names differ in the class, the first one None where no name is genuine."""

    genuine: str | None
    forgery: str


def find(scan: Scan) -> Pattern | None:
    """Returns a two-class pattern that the scan's labels ignore.

    It is one of: folders of both kinds side by side, or one of forgeries above everything, that
    are no folders of kinds; identities whose names differ in a word or letter of kinds; images
    labelled genuine whose names, or folders below the identity's, say forgery.
    """
    return _in_folders(scan) or _in_identities(scan) or _in_files(scan)


def _in_folders(scan: Scan) -> Pattern | None:
    """Looks for folders of both kinds in one folder, where they are not read as kinds."""
    examples: dict[PurePosixPath, dict[str, str]] = {}
    for path, depth in _unread_folders(scan):
        for level, folder in enumerate(path.parts[:depth]):
            if kind := kind_of(folder):
                parent = PurePosixPath(*path.parts[:level])
                examples.setdefault(parent, {}).setdefault(kind, str(path))
    for parent, kinds in examples.items():
        is_above_all = len(parent.parts) < len(scan.root.parts)
        if "forgery" in kinds and ("genuine" in kinds or is_above_all):
            return Pattern(kinds.get("genuine"), kinds["forgery"])
    return None


def _unread_folders(scan: Scan) -> Iterator[tuple[PurePosixPath, int]]:
    """Yields the path of each image, and how many of its folders were not read as a kind."""
    above = len(scan.root.parts)
    for image in scan.images:
        yield scan.root / image.path, above + _named_folders(image)
    for path in scan.misplaced:
        yield path, len(path.parts) - 1


def _named_folders(image: LabelledImage) -> int:
    """Returns how many folders name an image's part and identity."""
    return (image.labels.part is not None) + image.labels.identity.count("/") + 1


def _in_identities(scan: Scan) -> Pattern | None:
    """Looks for identities as 001 and 001_forg, or 1-G and 1-F."""
    paths: dict[str, str] = {}
    for image in scan.images:
        paths.setdefault(image.labels.identity, str(scan.root / image.path))
    bases = {_without(GENUINE_WORDS, name): name for name in paths}
    for name, path in paths.items():
        other = bases.get(_without(FORGERY_WORDS, name))
        if FORGERY_WORDS.intersection(words(name)) and other and other != name:
            return Pattern(paths[other], path)
    return _by_letters(paths.items()) or _by_added_letter(paths)


def _by_added_letter(paths: dict[str, str]) -> Pattern | None:
    """Looks for most identities beside one of their name and a forgery's letter, as 1 and 1_f.

    Args:
        paths: of an image of each identity.
    """
    names = {_without(frozenset(), name): name for name in paths}
    for _, letter in LETTERS:
        forged = [name for name in paths if letter in words(name)]
        bases = [names.get(_without(frozenset((letter,)), name)) for name in forged]
        pairs = [Pattern(paths[b], paths[f]) for b, f in zip(bases, forged, strict=True) if b]
        if pairs and 2 * len(pairs) >= LEAST * len(paths):
            return pairs[0]
    return None


def _without(dropped: frozenset[str], name: str) -> str:
    """Returns the name's words and numbers without some words: `001_forg` becomes `001`."""
    return " ".join(token for token in tokens(name) if token not in dropped)


def _in_files(scan: Scan) -> Pattern | None:
    """Looks for names that say forgery, below identities, of images that are labelled genuine."""
    genuine = [image for image in scan.images if image.labels.kind == "genuine"]
    paths = [str(scan.root / image.path) for image in genuine]
    says_forgery = [_says_forgery(image) for image in genuine]
    if any(says_forgery):
        other = None if all(says_forgery) else paths[says_forgery.index(False)]
        return Pattern(other, paths[says_forgery.index(True)])
    names = [re.sub(r"\d+", "#", _name(image)) for image in genuine]
    return _by_letters(zip(names, paths, strict=True))


def _name(image: LabelledImage) -> str:
    """Returns an image's path below its identity, without the suffix."""
    return str(PurePosixPath(*image.path.parts[_named_folders(image) :]).with_suffix(""))


def _says_forgery(image: LabelledImage) -> bool:
    """Returns whether a word of an image's name says forgery and is no part of the identity's."""
    kind_words = FORGERY_WORDS.intersection(words(_name(image)))
    return bool(kind_words.difference(words(image.labels.identity)))


def _by_letters(names: Iterable[tuple[str, str]]) -> Pattern | None:
    """Looks for a pair of letters that tells two classes of most names apart.

    Args:
        names: of identities or files, each with a path as an example.
    """
    named = list(names)
    for letters in LETTERS:
        count: Counter[tuple[str, str]] = Counter()
        examples: dict[tuple[str, str], str] = {}
        for name, path in named:
            for template, letter in _templates(name, letters):
                count[template, letter] += 1
                examples.setdefault((template, letter), path)
        both = [name for name, letter in count if letter == letters[0] and count[name, letters[1]]]
        explained = sum(count[name, letters[0]] + count[name, letters[1]] for name in both)
        if both and explained >= LEAST * len(named):
            return Pattern(examples[both[0], letters[0]], examples[both[0], letters[1]])
    return None


def _templates(name: str, letters: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Yields a name with one letter of the pair left open, and the letter: b-s-#-*, g."""
    for match in re.finditer(r"[^\W\d_]+", name.lower()):
        if match[0] in letters:
            yield f"{name[: match.start()]}*{name[match.end() :]}".lower(), match[0]
