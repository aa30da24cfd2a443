"""Names of processes, and whether these still run."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from components.shared.runtime import processes


def name_of_ended_process(monkeypatch: pytest.MonkeyPatch) -> str:
    ended = subprocess.Popen(["true"])
    ended.wait()
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: ended.pid)
        return processes.unique_name()


def test_no_name_is_given_twice() -> None:
    assert len({processes.unique_name() for _ in range(1000)}) == 1000


def test_what_an_ended_process_made_is_abandoned_and_what_a_living_one_makes_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / processes.unique_name()).mkdir()
    assert not processes.is_abandoned(tmp_path / processes.unique_name())
    assert processes.is_abandoned(tmp_path / name_of_ended_process(monkeypatch))


def test_of_another_containers_process_of_an_equal_number_nobody_knows_for_a_week(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = name_of_ended_process(monkeypatch)
    path = tmp_path / theirs
    path.mkdir()
    monkeypatch.setattr(processes, "machine", lambda: "another pid:[1]")
    assert not processes.is_abandoned(path)
    os.utime(path, (time.time() - 8 * 24 * 3600,) * 2)
    assert processes.is_abandoned(path)
    path.rmdir()
    assert not processes.is_abandoned(path)  # another process has removed it just now


def test_a_process_of_this_machine_is_alive_until_it_has_ended() -> None:
    process = subprocess.Popen(["sleep", "60"])
    assert processes.is_alive(process.pid)
    process.kill()
    process.wait()
    assert not processes.is_alive(process.pid)
