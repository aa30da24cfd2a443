"""The shift of all distances on another scanner, measured on genuine images alone.

Genuine images of one person lie closer together or farther apart on another scanner, with other
pens or in another script. The mean of their log distances tells by how much; with it the decision's
distances are moved. Only the mean is moved: few people tell the deviation over people badly.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from components.evaluate.decision.usual import per_identity
from components.shared.runtime.errors import InputError
from components.shared.verification.decision import Usual
from components.shared.verification.estimate import CONFIDENCE
from components.shared.verification.evidence_model import Shift
from components.shared.verification.sampling import Labels

FEWEST_PEOPLE = 8
"""With five the interval reached ± 29 % on BHSig260-Bengali, with eight ± 15 %."""
WIDEST = 0.15
"""Largest half of the interval, about 15 % of a distance: as far as a scanner usually moves them,
which the decision for any scanner is made for."""


class ScannerShift(NamedTuple):
    """The change that makes distances of a scanner those of val.

    Attributes:
        shift: to be added to the logarithms of distances.
        low: end of the 95 % interval of `shift.distance`, over people, by Student's t.
        high: the other end.
        people: number of identities with two genuine images or more.
        images: number of their genuine images.
    """

    shift: Shift
    low: float
    high: float
    people: int
    images: int


def measure_shift(usual: Usual, embeddings: ArrayLike, labels: Labels, parts: int) -> ScannerShift:
    """Measures the shift of a scanner from genuine images; forgeries play no role.

    The interval is about the people of this scanner. Those of val are as they are: the limits were
    chosen on them.

    Args:
        usual: of val's genuine images.
        embeddings: float [N, D], of images of the scanner.
        labels: of the N images.
        parts: number of equal parts of an embedding.

    Raises:
        InputError: too few people have two genuine images, or these differ so much from person to
            person that the shift is not known.
    """
    distance, variety = per_identity(embeddings, labels, parts)
    people = len(distance)
    if people < FEWEST_PEOPLE:
        raise InputError(
            f"two genuine images or more are there of {people} people, but a calibration needs "
            f"them of {FEWEST_PEOPLE}; 20 people with 5 each are a good number"
        )
    own = Usual(float(distance.mean()), float(distance.std(ddof=1)), float(variety.mean()), 0.0)
    margin = _quantile(people) * own.distance_deviation / np.sqrt(people)
    if margin > WIDEST:
        raise InputError(
            f"the genuine images of {people} people do not tell how far apart they are to be: "
            f"± {np.expm1(margin):.0%} where ± {np.expm1(WIDEST):.0%} is allowed; take more "
            "people, and see that no image has a wrong label"
        )
    shift = Shift(usual.distance - own.distance, usual.variety - own.variety)
    low, high = shift.distance - margin, shift.distance + margin
    return ScannerShift(shift, low, high, people, _images(labels))


def in_words(shift: float, low: float, high: float) -> str:
    """Returns how far apart genuine images are, beside those that the model was made from.

    Args:
        shift: to be added to the logarithms of distances.
        low: end of its interval.
        high: the other end.

    >>> in_words(0.15, 0.12, 0.19)
    '14 % (11–17) smaller than where the model was made'
    >>> in_words(-0.01, -0.03, 0.01)
    'as large as where the model was made (between 1 % smaller and 3 % larger)'
    """
    place = "where the model was made"
    if low <= 0 <= high:
        smaller, larger = -np.expm1(-high) * 100, np.expm1(-low) * 100
        return f"as large as {place} (between {smaller:.0f} % smaller and {larger:.0f} % larger)"
    ends = sorted(abs(np.expm1([-low, -high])) * 100)
    word = "smaller" if shift > 0 else "larger"
    return f"{abs(np.expm1(-shift)) * 100:.0f} % ({ends[0]:.0f}–{ends[1]:.0f}) {word} than {place}"


def _quantile(people: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(people - 1, (1 + CONFIDENCE) / 2))


def _images(labels: Labels) -> int:
    codes = np.unique(labels.identity, return_inverse=True)[1]
    counts = np.bincount(codes[~labels.forged])
    return int(counts[counts > 1].sum())
