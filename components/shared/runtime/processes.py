"""Processes of this machine or container: a name for what one keeps, and whether it still runs."""

import hashlib
import os
import re
import socket
import time
from pathlib import Path

WEEK = 7 * 24 * 3600
"""Seconds after which what another machine's process has left untouched counts as abandoned."""
NAME = re.compile(r"([0-9a-f]{12})\.(\d+)\.[0-9a-f]{8}$")


def machine() -> str:
    """Returns the host and, where there is one, the namespace of its process ids."""
    namespace = Path("/proc/self/ns/pid")
    return f"{socket.gethostname()} {namespace.readlink() if namespace.is_symlink() else ''}"


def is_alive(number: int) -> bool:
    """Tells whether a process of this machine runs, whoever's it is."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True


def unique_name() -> str:
    """Returns a name that no other process gives, nor this one twice.

    Processes of two containers that share a volume may have equal numbers, so that the machine is
    in it, and chance.
    """
    return f"{_short_machine()}.{os.getpid()}.{os.urandom(4).hex()}"


def is_abandoned(path: Path) -> bool:
    """Tells whether the process has ended that has made a file or folder.

    Args:
        path: its name ends with one of `unique_name`. Of another machine's process nobody knows,
            nor where there is no such name: what a week has not changed is abandoned.
    """
    match = NAME.search(path.name)
    if match and match[1] == _short_machine():
        return not is_alive(int(match[2]))
    try:
        return time.time() - path.stat().st_mtime > WEEK
    except FileNotFoundError:  # removed just now
        return False


def _short_machine() -> str:
    return hashlib.sha256(machine().encode()).hexdigest()[:12]
