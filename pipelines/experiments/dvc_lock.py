"""DVC's list of who reads and writes which file, mended where a killed DVC left it unusable.

DVC writes `.dvc/tmp/rwlock` in place. A kill in that moment leaves it empty or cut, and no DVC
starts any more: "JSON structure is corrupted" (DVC's issue 7615).
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from components.shared.runtime.errors import InputError
from components.shared.storage.reading import parse_json

FOLDER = Path(".dvc/tmp")
FILE, GUARD = "rwlock", "rwlock.lock"
DAMAGED = "damaged"
PID = re.compile(rb'"pid": (\d{1,10})')


class Holder(NamedTuple):
    """A process of DVC that reads or writes a file."""

    pid: int
    cmd: str


@dataclass(frozen=True)
class Holders:
    """The processes by file, as DVC writes them."""

    write: dict[str, Holder] = field(default_factory=dict)
    read: dict[str, list[Holder]] = field(default_factory=dict)

    def pids(self) -> set[int]:
        """Returns the numbers of all processes."""
        holders = list(self.write.values())
        for readers in self.read.values():
            holders += readers
        return {holder.pid for holder in holders}


def mend(root: Path) -> None:
    """Removes a list that is damaged, or in which no process lives any more, and says so.

    A whole one in which some live is left to DVC, which says who is busy.

    Args:
        root: of the repository of DVC.

    Raises:
        InputError: the list is damaged, and a DVC lives that may stand in it.
    """
    path = root / FOLDER / FILE
    if _fault(path) is None:
        return
    with _guarded(root):  # nobody is writing it now
        fault = _fault(path)
        if fault is None:
            return
        living = sorted(_at_work(root, path)) if fault == DAMAGED else []
        if living:
            raise InputError(
                f"{path}: {fault}, but process {living[0]} lives and may be DVC's: "
                "wait until it has ended, then run again"
            )
        path.unlink()
    sys.stderr.write(f"{path}: {fault}, as a killed DVC leaves it: removed\n")


def _fault(path: Path) -> str | None:
    """Returns what is wrong with a list that has to go; None: nothing."""
    try:
        pids = parse_json(path.read_bytes(), Holders).pids()
    except FileNotFoundError:
        return None
    except ValueError:
        return DAMAGED
    if not pids or any(map(_lives, pids)):
        return None
    return f"names process {min(pids)}, which has ended"


def _lives(pid: int) -> bool:
    import psutil

    return psutil.pid_exists(pid)


def _at_work(root: Path, path: Path) -> set[int]:
    """Returns the numbers of living processes that still stand in a damaged list, and of those of
    DVC in its repository.
    """
    import psutil

    named = map(int, PID.findall(path.read_bytes()))
    living = set(filter(_lives, named))
    for process in psutil.process_iter(["pid", "cwd", "cmdline"]):
        words, folder = process.info["cmdline"] or [], process.info["cwd"]
        is_dvc = any(Path(word).name == "dvc" for word in words[:3])
        if is_dvc and folder and Path(folder).is_relative_to(root.resolve()):
            living.add(process.info["pid"])
    return living


@contextmanager
def _guarded(root: Path) -> Iterator[None]:
    """Holds the lock under which DVC changes its list.

    Raises:
        InputError: a DVC does not give it back.
    """
    from dvc.config import Config
    from dvc.lock import LockError, make_lock

    settings, folder = Config(str(root / ".dvc"))["core"], root / FOLDER
    guard = make_lock(
        str(folder / GUARD),
        tmp_dir=str(folder),
        hardlink_lock=settings.get("hardlink_lock", False),
    )
    try:
        guard.lock()
    except LockError:
        raise InputError(f"{folder / GUARD}: a DVC holds it: wait, then run again") from None
    try:
        yield
    finally:
        guard.unlock()
