"""The processor cores that this process may use."""

import math
import os
from pathlib import Path

QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""The container's share of processor time: microseconds of a period, and the period."""


def available(quota: Path = QUOTA) -> int:
    """Returns the number of cores that this process may keep busy, at least 1.

    Args:
        quota: a file as cgroups of version 2 have it; it counts where it is there and sets a limit.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    try:
        time, period = quota.read_text(encoding="utf-8").split()
        limit = math.ceil(int(time) / int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return cores
    return max(1, min(cores, limit))
