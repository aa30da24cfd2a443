"""The processor cores that this process may use: the one number that every pool is made of."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
"""The control groups, as this process sees them: in a container its own is the first."""
OWN = Path("/proc/self/cgroup")
"""The names of the groups that this process is in."""


def available(cgroup: Path = CGROUP, own: Path = OWN) -> int:
    """Returns the number of cores that this process may keep busy, at least 1.

    OpenCV reads the same files by itself, but those of the first group alone.

    Args:
        cgroup: the folder of the control groups, of version 1 or 2; the least quota counts of the
            process's own group and those around it. A share of a core counts as a core.
        own: the file with the names of its groups.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return min([cores, *_limits(cgroup, own)])


def _limits(cgroup: Path, own: Path) -> Iterator[int]:
    """Yields the cores that each group allows which has a quota."""
    for folder in _groups(cgroup, own):
        try:
            time, period = _quota(folder)
            limit = math.ceil(int(time) / int(period))
        except (OSError, ValueError, ZeroDivisionError):
            continue
        if limit > 0:  # version 1 writes -1 for no limit
            yield limit


def _groups(cgroup: Path, own: Path) -> Iterator[Path]:
    """Yields the folders of the process's group and of all around it, the outermost last.

    Those that a container does not see are not there, and have no quota.
    """
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    for line in lines:
        _, controllers, name = line.split(":", maxsplit=2)
        if controllers == "":
            root = cgroup
        elif "cpu" in controllers.split(","):
            root = cgroup / "cpu"
        else:
            continue
        inside = Path(name.lstrip("/"))
        yield from (root / group for group in (inside, *inside.parents))
    yield from (cgroup, cgroup / "cpu")


def _quota(group: Path) -> list[str]:
    """Returns processor time and the period in which it may be used, in microseconds."""
    second = group / "cpu.max"
    if second.exists():
        return second.read_text(encoding="utf-8").split()
    names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
    return [(group / name).read_text(encoding="utf-8") for name in names]
