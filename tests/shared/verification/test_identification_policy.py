"""Limits of searches: found by the size of the gallery, and never laxer than for a larger one."""

import math

import pytest

from components.shared.verification.decision_limits import Limits
from components.shared.verification.identification_policy import (
    SearchLimits,
    SearchPolicy,
    lookup,
)

LIMITS = {
    (1, 1): Limits(0.5, 1.5),
    (1, 10): Limits(2.5, 3.5),
    (1, 59): Limits(4.0, 5.0),
    (5, 1): Limits(0.0, 1.0),
    (5, 10): Limits(2.0, 3.0),
    (5, 59): Limits(3.5, 4.5),
}
ROWS = [
    SearchPolicy(references, size, "review", limits, 60, 360)
    for (references, size), limits in reversed(LIMITS.items())
]


@pytest.mark.parametrize(("enrolled", "size"), [(1, 1), (2, 10), (10, 10), (11, 59), (59, 59)])
def test_the_limits_are_those_of_the_least_gallery_with_as_many_people(
    enrolled: int, size: int
) -> None:
    assert lookup(ROWS, 5, "review", enrolled) == (LIMITS[5, size], 5, size, False)


def test_with_fewer_references_they_are_those_of_fewer() -> None:
    for references, known in ((1, 1), (4, 1), (5, 5), (40, 5)):
        found = lookup(ROWS, references, "review", 10)
        assert found == (LIMITS[known, 10], known, 10, False)
    assert lookup(ROWS[:3], 4, "review", 10) is None
    assert lookup(ROWS, 5, "equal_error", 10) is None
    assert lookup([], 5, "review", 10) is None


def test_beyond_the_largest_gallery_each_person_asks_for_as_much_more_evidence() -> None:
    found = lookup(ROWS, 5, "review", 590)
    assert isinstance(found, SearchLimits)
    assert (found.gallery_size, found.extrapolated) == (59, True)
    assert found.limits == pytest.approx((3.5 + math.log(10), 4.5 + math.log(10)))
    just = lookup(ROWS, 5, "review", 60)
    assert just is not None
    assert just.limits == pytest.approx((3.5 + math.log(60 / 59), 4.5 + math.log(60 / 59)))
