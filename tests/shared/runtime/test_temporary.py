"""Temporary files: of one folder, which is gone after the command or at the next one's start."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from components.shared.runtime import temporary

PROJECT = Path(__file__).resolve().parents[3]
KILLED = """
import os, signal, sys, tempfile
from components.shared.runtime import cli


def action():
    tempfile.mkdtemp()
    if sys.argv[1:]:
        import tensorflow as tf
        tf.function(lambda x: x if x > 0 else -x)(tf.constant(1.0))
    os.kill(os.getpid(), signal.SIGKILL)


cli.execute(action)
"""


@pytest.fixture
def common(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder of temporary files."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def kill_at_work(common: Path, *arguments: str) -> None:
    script = common.parent / "command.py"  # a file, which TensorFlow reads the function from
    script.write_text(KILLED)
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        env=os.environ | {"TMPDIR": str(common), "PYTHONPATH": str(PROJECT)},
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_nothing_is_left_after_a_command(common: Path) -> None:
    with temporary.own_folder():
        made = Path(tempfile.mkdtemp())
        assert made.parent.parent == common
        assert temporary.common_folder() == common
        with temporary.own_folder():  # as a command that another one calls
            assert Path(tempfile.gettempdir()).parent == common
        assert made.is_dir()
    assert list(common.iterdir()) == []
    assert tempfile.gettempdir() == str(common)


@pytest.mark.parametrize("work", [(), pytest.param(("tensorflow",), marks=pytest.mark.slow)])
def test_what_killed_commands_left_goes_at_the_next_start_and_nothing_else(
    work: tuple[str, ...], common: Path
) -> None:
    for _ in range(2):
        kill_at_work(common, *work)
    assert len(list(common.iterdir())) == 1  # the second has removed what the first left
    (common / "somebody-elses").mkdir()
    with temporary.own_folder():
        (own,) = [path for path in common.iterdir() if path.name != "somebody-elses"]
        assert tempfile.gettempdir() == str(own)
        with temporary.own_folder():
            assert own.is_dir()  # of a process that lives
    assert [path.name for path in common.iterdir()] == ["somebody-elses"]


def test_a_command_runs_where_no_temporary_file_can_be_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", refused)
    with temporary.own_folder():
        pass
