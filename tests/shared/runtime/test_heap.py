"""Memory that threads have freed, measured in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys, threading
from pathlib import Path
from components.shared.runtime import heap

def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

def work() -> None:
    for _ in range(3):
        bytearray(15 << 20)

if sys.argv[1] == "given back":
    heap.give_back_large_blocks()
before, keeping = resident(), threading.Barrier(9)
def live() -> None:
    work()
    keeping.wait()
    keeping.wait()

for _ in range(8):
    threading.Thread(target=live).start()
keeping.wait()
print(resident() - before)
keeping.wait()
"""


@pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="needs Linux's /proc")
def test_what_threads_have_freed_is_held_by_none_of_them() -> None:
    held = {}
    for case in ("kept", "given back"):
        command = [sys.executable, "-c", PROGRAM, case]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        held[case] = int(done.stdout)
    assert held["given back"] < 15 << 20
    assert held["given back"] < held["kept"] / 2
