import doctest
import math

import pytest

from serving.api.answers import Interval
from serving.pages import formats


def test_the_examples_hold() -> None:
    names = {"Interval": Interval, "math": math}
    assert doctest.testmod(formats, extraglobs=names).failed == 0


@pytest.mark.parametrize(
    ("llr", "expected"), [(0.0, "1.0"), (math.log(9.94), "9.9"), (math.log(1234), "1,200")]
)
def test_a_likelihood_ratio_has_no_more_digits_than_it_is_worth(llr: float, expected: str) -> None:
    assert formats.likelihood_ratio(llr, "en") == expected
    assert formats.likelihood_ratio(-llr, "en") == expected


def test_a_share_without_interval_stands_alone() -> None:
    assert formats.with_interval(Interval(value=0.5, low=None, high=None), "de") == "50,0\xa0%"


def test_negative_numbers_have_a_minus() -> None:
    assert formats.decimal(-1.25, 2, "en") == "−1.25"
