"""Whether an image can carry a decision: verdicts that a clerk understands, before anything else.

The normalisation refuses what has no writing in it. Here are refused signatures that are there, and
of which too much is missing or too much is beside them. The limits hold for the genuine images of
the 36 writers on whom `make cedar` trains and of the 50 odd ones of BHSig260 (Bengali), of which at
most 1 % were to be refused.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from components.shared.data.decoding import decode
from components.shared.data.ink import Page, read_writing
from components.shared.data.outcomes import Rejected

U8 = npt.NDArray[np.uint8]
SMALLEST = 48
"""Pixels of the longer side: a smaller signature is refused; the least of those writers' is 79."""
LEAST_STROKES = 1.2
"""Diagonals: a single straight line has 1, the least of those writers' signatures 1.34."""
MOST_CROSSINGS = 5
"""Strokes that end at one edge; CEDAR's are cut out narrowly: with 4, more than 1 % are refused."""
WIDEST_GAP, HIGHEST_GAP = 1.8, 0.12
"""In heights of the writing; Bengali names stand up to 1.8 apart from each other."""
LEAST_SEPARABILITY = 0.7
"""Of ink and paper; the least of those writers' is 0.76."""


class Verdict(NamedTuple):
    """A reason why an image cannot carry a decision.

    Attributes:
        code: for programs.
        sentence: for people.
    """

    code: str
    sentence: str


TOO_SMALL = Verdict(
    "too_small", "signature too small: scan it at a higher resolution, at least 200 dpi"
)
TOO_LITTLE_INK = Verdict("too_little_ink", "too little ink: a dot or a short line is no signature")
CUT_OFF = Verdict(
    "cut_off", "signature cut off at the edge of the image: scan it with paper all around"
)
TWO_SIGNATURES = Verdict(
    "two_signatures", "two signatures or parts far apart: cut out one signature"
)
HEAVY_BACKGROUND = Verdict(
    "heavy_background",
    "background too heavy: print, pattern or stains cannot be told from the ink",
)
VERDICTS = (TOO_SMALL, TOO_LITTLE_INK, HEAVY_BACKGROUND, CUT_OFF, TWO_SIGNATURES)


class Appearance(NamedTuple):
    """Figures of the writing on a page.

    Attributes:
        height: of the writing, in pixels.
        width: likewise.
        strokes: length of all strokes, in diagonals of the writing.
        crossings: strokes that run into one edge of the image, the most of its four edges.
        side_by_side: the widest empty band between two parts with a quarter of the ink each, in
            heights of the writing.
        stacked: likewise between two parts one above the other.
        separability: part of the grey levels' variance that ink and paper explain, 0 … 1.
    """

    height: int
    width: int
    strokes: float
    crossings: int
    side_by_side: float
    stacked: float
    separability: float


def judge(grey: U8) -> None:
    """Lets a decoded grey page, uint8 [h, w], pass that can carry a decision.

    Raises:
        Rejected: as `judge_page`; or the normalisation finds no writing, in its words.
    """
    judge_page(read_writing(grey))


def judge_page(page: Page) -> None:
    """Lets a page that the normalisation has read pass that can carry a decision.

    Raises:
        Rejected: it cannot, with the first verdict's sentence.
    """
    verdict = _verdict(measure_page(page))
    if verdict:
        raise Rejected(verdict.sentence)


def judge_encoded(encoded: bytes) -> None:
    """Judges a PNG or a JPEG likewise."""
    judge(decode(encoded, 1)[:, :, 0])


def find_verdict(grey: U8) -> Verdict | None:
    """Finds what stands against a decoded grey page, uint8 [h, w].

    Returns:
        The first verdict against it, or None where it can carry a decision.

    Raises:
        Rejected: the normalisation finds no writing in it.
    """
    return _verdict(measure(grey))


def _verdict(seen: Appearance) -> Verdict | None:
    against = {
        TOO_SMALL: max(seen.height, seen.width) < SMALLEST,
        TOO_LITTLE_INK: seen.strokes < LEAST_STROKES,
        HEAVY_BACKGROUND: seen.separability < LEAST_SEPARABILITY,
        CUT_OFF: seen.crossings > MOST_CROSSINGS,
        TWO_SIGNATURES: seen.side_by_side > WIDEST_GAP or seen.stacked > HIGHEST_GAP,
    }
    return next((verdict for verdict in VERDICTS if against[verdict]), None)


def find_stray_reference(embeddings: npt.NDArray[np.float32], factor: float = 1.5) -> int | None:
    """Finds the reference that lies far from the others of its person.

    With the distances 1 among four of them and 2 from each to the fifth, that is the fifth.

    Args:
        embeddings: of one person's references, float32 [k, D].
        factor: its mean distance to the others, in medians of those of all references.

    Returns:
        Its index, or None where none is so far or there are fewer than 4: of 3, none can be told.
    """
    if len(embeddings) < 4:
        return None
    apart = embeddings[:, np.newaxis] - embeddings[np.newaxis]
    means = np.sqrt((apart**2).sum(axis=2)).sum(axis=1) / (len(embeddings) - 1)
    farthest = int(means.argmax())
    return farthest if means[farthest] > factor * np.median(means) else None


def measure(grey: U8) -> Appearance:
    """Measures the writing on a grey page, uint8 [h, w].

    Raises:
        Rejected: there is none, as the normalisation decides.
    """
    return measure_page(read_writing(grey))


def measure_page(page: Page) -> Appearance:
    """Measures the writing on a page that the normalisation has read."""
    extent = page.extent
    ink = page.ink[extent.top : extent.bottom, extent.left : extent.right]
    height, width = ink.shape
    edges = (page.ink[0], page.ink[-1], page.ink[:, 0], page.ink[:, -1])
    borders = np.count_nonzero(ink[:, 1:] != ink[:, :-1]) + np.count_nonzero(ink[1:] != ink[:-1])
    return Appearance(
        height,
        width,
        strokes=borders / 2 / float(np.hypot(height, width)),
        crossings=max(_runs(side) for side in edges),
        side_by_side=_gap(ink.sum(axis=0)) / height,
        stacked=_gap(ink.sum(axis=1)) / height,
        separability=_separability(page),
    )


def _runs(line: U8) -> int:
    return int(np.count_nonzero(line[1:] > line[:-1])) + int(line[0])


def _gap(counts: npt.NDArray[np.integer]) -> int:
    until = np.cumsum(counts)
    middle = (until >= until[-1] / 4) & (until <= until[-1] * 3 / 4) & (counts == 0)
    longest = run = 0
    for empty in middle:
        run = run + 1 if empty else 0
        longest = max(longest, run)
    return longest


def _separability(page: Page) -> float:
    levels = np.arange(256)
    counts = page.histogram
    total = counts.sum()
    mean = (counts * levels).sum() / total
    variance = (counts * (levels - mean) ** 2).sum() / total
    dark = counts[: page.threshold + 1].sum() / total
    below = (counts * levels)[: page.threshold + 1].sum() / total
    between = (mean * dark - below) ** 2 / (dark * (1 - dark))
    return float(between / variance)
