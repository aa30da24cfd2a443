"""The two files that DVC writes in place, mended where a killed DVC left them unusable.

They are `.dvc/tmp/rwlock`, the list of who reads and writes which file, and `dvc.lock`. A kill in
that moment leaves one empty or cut, and no DVC starts any more: "JSON structure is corrupted"
(DVC's issue 7615), "validation failed" or "invalid YAML".
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_file
from components.shared.storage.reading import parse_json

FOLDER = Path(".dvc/tmp")
FILE, GUARD = "rwlock", "rwlock.lock"
LOCK = "dvc.lock"
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
    """Mends both files, and says so.

    A list that is damaged, or in which no process lives any more, is removed; a whole one in which
    some live is left to DVC, which says who is busy. A damaged `dvc.lock` becomes that of git's
    last commit, or is removed where git has none: DVC knows from its cache what ran since.

    Args:
        root: of the repository of DVC.

    Raises:
        InputError: one is damaged, and a DVC lives that may be writing it.
    """
    _mend_list(root)
    _mend_lock(root)


def _mend_list(root: Path) -> None:
    path = root / FOLDER / FILE
    if _fault(path) is None:
        return
    with _guarded(root):  # nobody is writing it now
        fault = _fault(path)
        if fault is None:
            return
        if fault == DAMAGED:
            _refuse_while_living(path, {*_named(path), *_at_work(root)})
        path.unlink()
    sys.stderr.write(f"{path}: {fault}, as a killed DVC leaves it: removed\n")


def _mend_lock(root: Path) -> None:
    path = root / LOCK
    if not _is_damaged(path):
        return
    _refuse_while_living(path, _at_work(root))
    if not _is_damaged(path):  # a DVC that has ended meanwhile was writing it
        return
    committed = _committed(root)
    if committed is None:
        path.unlink()
    else:
        with atomic_file(path) as fresh:
            fresh.write_bytes(committed)
    done = "removed" if committed is None else "as committed again"
    sys.stderr.write(f"{path}: {DAMAGED}, as a killed DVC leaves it: {done}\n")


def _refuse_while_living(path: Path, pids: set[int]) -> None:
    living = sorted(filter(_lives, pids))
    if living:
        raise InputError(
            f"{path}: {DAMAGED}, but process {living[0]} lives and may be DVC's: "
            "wait until it has ended, then run again"
        )


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


def _named(path: Path) -> set[int]:
    """Returns the numbers of processes that still stand in a damaged list."""
    return set(map(int, PID.findall(path.read_bytes())))


def _at_work(root: Path) -> set[int]:
    """Returns the numbers of DVC's processes in a repository."""
    import psutil

    found = set()
    for process in psutil.process_iter(["pid", "cwd", "cmdline"]):
        words, folder = process.info["cmdline"] or [], process.info["cwd"]
        is_dvc = any(Path(word).name == "dvc" for word in words[:3])
        if is_dvc and folder and Path(folder).is_relative_to(root.resolve()):
            found.add(process.info["pid"])
    return found


def _is_damaged(path: Path) -> bool:
    """Tells whether DVC refuses a `dvc.lock`."""
    from dvc.exceptions import DvcException
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from dvc.utils.strictyaml import load

    try:
        load(str(path), COMPILED_LOCKFILE_SCHEMA)
    except FileNotFoundError:
        return False
    except DvcException:
        return True
    return False


def _committed(root: Path) -> bytes | None:
    """Returns the `dvc.lock` of git's last commit; None: there is none."""
    show = ["git", "show", f"HEAD:./{LOCK}"]
    try:
        done = subprocess.run(show, cwd=root, capture_output=True, check=True)  # noqa: S603 - fixed
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout


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
