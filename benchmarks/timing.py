"""Times of actions that take turns."""

import time
from collections.abc import Callable
from typing import NamedTuple


class Seconds(NamedTuple):
    """A duration by the clock, and in CPU time of all cores, which other processes change little.

    Attributes:
        wall: by the clock.
        cpu: of this process, its threads added up.
    """

    wall: float
    cpu: float


def time_action(action: Callable[[], object]) -> Seconds:
    """Runs an action and returns its duration."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return Seconds(time.perf_counter() - wall, time.process_time() - cpu)
