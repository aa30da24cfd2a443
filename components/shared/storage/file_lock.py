"""A lock between processes: an empty file that one of them holds."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Holds a file's lock, as soon as no other process holds it.

    The lock ends with its process, however that ends. The file stays: were it removed, a process
    that waits and one that comes later would hold two different files.

    Args:
        path: of the lock; its folder is made where there is none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
