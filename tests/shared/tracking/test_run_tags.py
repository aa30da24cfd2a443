"""The tags that say where a run comes from."""

import os
import subprocess
from types import SimpleNamespace
from typing import Any

import pytest

from components.shared.tracking import run_tags


def of_process(text: str) -> Any:
    return SimpleNamespace(data=SimpleNamespace(tags={run_tags.PROCESS: text}))


def test_a_run_of_a_living_process_or_another_machine_has_not_died() -> None:
    assert not run_tags.has_died(of_process(run_tags.process()))
    assert not run_tags.has_died(of_process("elsewhere pid:[1] 4194304"))
    assert not run_tags.has_died(SimpleNamespace(data=SimpleNamespace(tags={})))


def test_a_run_of_an_ended_process_of_this_machine_has_died() -> None:
    ended = subprocess.Popen(["true"])
    assert not run_tags.has_died(of_process(run_tags.process(os.getppid())))
    ended.wait()
    assert run_tags.has_died(of_process(run_tags.process(ended.pid)))


def test_a_user_without_a_name_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert run_tags.origin("components.train")["mlflow.user"] == "unknown"
