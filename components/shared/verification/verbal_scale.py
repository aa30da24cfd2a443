"""Words for likelihood ratios: the verbal scale of ENFSI's guideline for evaluative reporting.

ENFSI, Guideline for evaluative reporting in forensic science, 2015, which names LRs from 2 on, and
those below 1 by their inverse, as support for the other proposition.
"""

import math
from typing import NamedTuple

NO_SUPPORT = "no support for either"
_OTHERS = {"skilled": "a skilled forgery", "random": "another person's"}


class Grade(NamedTuple):
    """A step of the scale.

    Attributes:
        least: the least LR that it holds; the next one's is beyond it.
        strength: the word.
    """

    least: float
    strength: str


GRADES = (
    Grade(2, "weak"),
    Grade(10, "moderate"),
    Grade(100, "moderately strong"),
    Grade(1_000, "strong"),
    Grade(10_000, "very strong"),
    Grade(1_000_000, "extremely strong"),
)


def strength(llr: float) -> str | None:
    """Returns the word for a natural log-likelihood ratio of either sign; None for LRs up to 2.

    >>> strength(math.log(50)), strength(-math.log(50)), strength(math.log(1.9))
    ('moderate', 'moderate', None)
    """
    size = abs(llr)
    reached = [grade for grade in GRADES if size >= math.log(grade.least)]
    return reached[-1].strength if reached else None


def in_words(llr: float, kind: str) -> str:
    """Returns the support that the evidence gives, and to which proposition.

    Args:
        llr: natural log-likelihood ratio of a genuine image against the kind.
        kind: `skilled` or `random`.

    >>> in_words(math.log(200), "skilled")
    'moderately strong support that it is genuine rather than a skilled forgery'
    >>> in_words(-math.log(5), "random")
    "weak support that it is another person's rather than genuine"
    """
    word = strength(llr)
    if word is None:
        return NO_SUPPORT
    other = _OTHERS[kind]
    first, second = ("genuine", other) if llr > 0 else (other, "genuine")
    return f"{word} support that it is {first} rather than {second}"
