"""Rates by key and by address."""

from serving.api.rates import Limiter
from serving.settings import Rates


def test_each_key_and_each_address_has_a_window_of_its_own() -> None:
    limiter = Limiter(Rates(key="2/minute", wrong_key="1/hour"))
    assert [limiter.ask("a").is_open for _ in range(3)] == [True, True, False]
    assert limiter.ask("b").is_open
    assert [limiter.fail("a").is_open for _ in range(2)] == [True, False]
    assert limiter.fail("b").is_open


def test_the_headers_tell_limit_rest_and_seconds() -> None:
    limiter = Limiter(Rates(key="2/minute"))
    headers = limiter.ask("a").headers
    assert headers["RateLimit-Limit"] == "2"
    assert headers["RateLimit-Remaining"] == "1"
    assert 1 <= int(headers["RateLimit-Reset"]) <= 61
