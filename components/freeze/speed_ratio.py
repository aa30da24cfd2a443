"""The ratio of two networks' speeds: processor time of both, in turns."""

import math
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

TURNS = 7
IMAGES = 16
"""Of a turn, one by one."""

Network = Callable[[npt.NDArray[np.uint8]], object]


class SpeedRatio(NamedTuple):
    """A ratio of times, above 1 where the second network is faster.

    Attributes:
        value: geometric mean over the turns.
        low: lower end of its 95 % interval over the turns.
        high: upper end.
    """

    value: float
    low: float
    high: float


def measure(first: Network, second: Network, pixels: npt.NDArray[np.uint8]) -> SpeedRatio:
    """Measures the first network's time, divided by the second's.

    Args:
        first: takes uint8 [1, H, W, C]; one thread.
        second: likewise.
        pixels: normalised images, uint8 [N, H, W, C]; the first `IMAGES` are used.
    """
    singles = [pixels[place : place + 1] for place in range(min(IMAGES, len(pixels)))]
    ratios = []
    for turn in range(TURNS + 1):
        if turn % 2:
            slow, fast = _time(first, singles), _time(second, singles)
        else:
            fast, slow = _time(second, singles), _time(first, singles)
        ratios.append(slow / fast)
    return of_turns(ratios[1:])  # the first one warms up


def of_turns(ratios: list[float]) -> SpeedRatio:
    """Returns the geometric mean of ratios, two or more, and Student's t interval of it.

    Two turns of 1 and 4: the logarithms' mean is log 2, their standard error log 2, and the
    quantile of one degree of freedom 12.7.

    >>> ratio = of_turns([1.0, 4.0])
    >>> round(ratio.value, 6), round(ratio.low * ratio.high, 6)
    (2.0, 4.0)
    """
    from scipy.special import stdtrit

    logs = np.log(ratios)
    error = float(logs.std(ddof=1)) / math.sqrt(len(logs))
    margin = float(stdtrit(len(logs) - 1, 0.975)) * error
    middle = float(logs.mean())
    return SpeedRatio(math.exp(middle), math.exp(middle - margin), math.exp(middle + margin))


def _time(network: Network, singles: list[npt.NDArray[np.uint8]]) -> float:
    began = time.process_time()
    for image in singles:
        network(image)
    return max(time.process_time() - began, 1e-9)
