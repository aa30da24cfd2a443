"""Limits of requests, counted in memory by windows that move with the clock."""

import math
import time
from typing import NamedTuple

import limits
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from serving.settings import Rates


class Window(NamedTuple):
    """The state of a caller: may ask or not, and what the headers tell."""

    is_open: bool
    limit: int
    remaining: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """The headers `RateLimit-*`."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.seconds),
        }


class Limiter:
    """The limits of a process."""

    def __init__(self, rates: Rates) -> None:
        """Takes the rates of the settings."""
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._key, self._wrong_key = limits.parse(rates.key), limits.parse(rates.wrong_key)

    def ask(self, key_id: str) -> Window:
        """Counts a request of a key."""
        return self._hit(self._key, "key", key_id)

    def fail(self, address: str) -> Window:
        """Counts a wrong key from an address."""
        return self._hit(self._wrong_key, "wrong", address)

    def _hit(self, rate: limits.RateLimitItem, kind: str, who: str) -> Window:
        is_open = self._limiter.hit(rate, kind, who)
        reset, remaining = self._limiter.get_window_stats(rate, kind, who)
        seconds = max(1, math.ceil(reset - time.time()))
        return Window(is_open, rate.amount, max(0, remaining), seconds)
