"""The processor cores that this process may use: the one number that every pool is made of."""

import math
import os
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
"""The control group of a container, as it sees it itself."""


def available(cgroup: Path = CGROUP) -> int:
    """Returns the number of cores that this process may keep busy, at least 1.

    OpenCV reads the same files by itself.

    Args:
        cgroup: the folder of the control group, of version 1 or 2; its quota counts where there is
            one. A share of a core counts as a core.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    try:
        time, period = _quota(cgroup)
        limit = math.ceil(int(time) / int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return cores
    return min(cores, limit) if limit > 0 else cores  # version 1 writes -1 for no limit


def _quota(cgroup: Path) -> list[str]:
    """Returns processor time and the period in which it may be used, in microseconds."""
    second = cgroup / "cpu.max"
    if second.exists():
        return second.read_text(encoding="utf-8").split()
    first = cgroup / "cpu"
    names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
    return [(first / name).read_text(encoding="utf-8") for name in names]
