"""A lock between processes."""

import subprocess
import sys
from pathlib import Path

from components.shared.storage.file_lock import file_lock

HOLDER = """
import sys
from pathlib import Path
from components.shared.storage.file_lock import file_lock

with file_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
    Path(sys.argv[2]).write_text("done")
"""


def holder(lock: Path, result: Path) -> subprocess.Popen[str]:
    """Starts a process that holds the lock until its input ends, and then writes a result."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock), str(result)],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_lock_waits_until_the_process_that_holds_it_is_done(tmp_path: Path) -> None:
    lock, result = tmp_path / "folder" / "lock", tmp_path / "result"
    process = holder(lock, result)
    assert process.stdin is not None
    process.stdin.close()
    with file_lock(lock):
        assert result.read_text() == "done"
    assert process.wait() == 0
    assert lock.is_file()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    process = holder(tmp_path / "lock", tmp_path / "result")
    process.kill()
    process.wait()
    with file_lock(tmp_path / "lock"):
        assert not (tmp_path / "result").exists()
