"""A sample of the images that a model was made from, by which it recognises them elsewhere.

It holds the least of the images' hashes, shortened: equal images are in it or not wherever they
lie, under another name, in an archive, or as a part of other data.
"""

from collections.abc import Iterable
from typing import NamedTuple

LIMIT = 1000
DIGITS = 16


class Overlap(NamedTuple):
    """The images that a model was made from, among others.

    Attributes:
        known: number of those that it was made from.
        checked: number of those of which the sample can tell.
    """

    known: int
    checked: int


def sample(hashes: Iterable[str], limit: int = LIMIT) -> list[str]:
    """Returns the least `limit` of sha256 hashes, their first 16 digits."""
    return sorted({value[:DIGITS] for value in hashes})[:limit]


def overlap(hashes: Iterable[str], sampled: list[str], limit: int = LIMIT) -> Overlap:
    """Counts images in a sample.

    Of a sample that is full only the hashes up to its last tell anything.

    Args:
        hashes: sha256 of images.
        sampled: as `sample` returns it.
        limit: of the sample.
    """
    images = {value[:DIGITS] for value in hashes}
    checked = {value for value in images if len(sampled) < limit or value <= sampled[-1]}
    return Overlap(len(checked.intersection(sampled)), len(checked))
