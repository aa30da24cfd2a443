"""Parts of answers."""

from components.shared.verification.decision_limits import Limits
from serving.api import answers
from tests.serving.bundles import RATES, SEARCH_RATES


def test_rates_are_shown_with_their_intervals_and_the_people_they_stand_on() -> None:
    shown = answers.rates(RATES[0])
    assert shown is not None
    assert (shown.far.value, shown.far.low, shown.far.high) == tuple(RATES[0].far)
    assert (shown.identities, shown.comparisons) == (11, 4730)


def test_rates_of_searches_say_of_what_gallery_they_are() -> None:
    shown = answers.search_rates(SEARCH_RATES[-1])
    assert shown is not None
    assert (shown.gallery_size, shown.references, shown.policy) == (4, 1, "review")
    assert (shown.fpir.value, shown.fpir.low, shown.fpir.high) == (0.01, 0.005, 0.02)
    assert shown.fnir.value == 0.08
    assert (shown.identities, shown.probes) == (11, 55)


def test_what_was_not_measured_is_null() -> None:
    assert answers.rates(None) is None
    assert answers.search_rates(None) is None
    assert answers.bounds(None) is None
    limits = answers.bounds(Limits(-1.0, 2.0))
    assert limits is not None
    assert (limits.low, limits.high) == (-1.0, 2.0)
