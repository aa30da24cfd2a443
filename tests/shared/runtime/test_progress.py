"""Progress on a terminal, in a pipe, and nowhere."""

import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Callable

import pytest

from components.shared.runtime.progress import progress_bar, track
from tests.conftest import PROJECT

HUNDRED = """
import sys, time
from components.shared.runtime.progress import progress_bar
with progress_bar("work", "image", 100) as bar:
    for number in range(100):
        time.sleep(0.002)
        bar.set_postfix_str(f"number {number}")
        bar.update()
"""


def environment(**changes: str) -> dict[str, str]:
    names = ("PROGRESS", "NO_COLOR", "TQDM_COLOUR", "TQDM_DISABLE")
    inherited = {name: value for name, value in os.environ.items() if name not in names}
    return {**inherited, "PYTHONPATH": str(PROJECT), **changes}


def on_a_terminal(script: str, **changes: str) -> str:
    """Returns all that a process writes to a pseudo-terminal."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (24, 100))
    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command, stdout=theirs, stderr=theirs, env=environment(**changes)
    ) as process:
        os.close(theirs)
        content = b""
        try:
            while chunk := os.read(ours, 4096):
                content += chunk
        except OSError:  # Linux's end of a terminal
            pass
    os.close(ours)
    assert process.returncode == 0, content
    return content.decode()


def in_a_pipe(script: str, **changes: str) -> str:
    """All that a process writes to stderr, a pipe."""
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(**changes), capture_output=True, check=True
    )
    assert done.stdout == b""
    return done.stderr.decode()


def test_a_terminal_gets_one_bar_that_moves() -> None:
    text = on_a_terminal(HUNDRED)
    assert text.count("\n") == 1
    assert text.count("\r") > 3
    assert "100%|" in text
    assert "100/100" in text


def test_a_log_gets_lines_without_carriage_returns_and_escape_sequences() -> None:
    text = in_a_pipe(HUNDRED)
    assert "\r" not in text
    assert "\x1b" not in text
    assert text.endswith("\n")
    last = text.splitlines()[-1]
    assert re.fullmatch(
        r"work  100/100 images, 100 %, number 99, \d+ images/s, took \d\.\d s", last
    )


@pytest.mark.parametrize("run", [on_a_terminal, in_a_pipe])
def test_quiet_shows_nothing(run: Callable[..., str]) -> None:
    assert run(HUNDRED, PROGRESS="quiet") == ""


def test_no_colour_on_a_terminal_where_none_is_wanted() -> None:
    assert "\x1b[" in on_a_terminal(HUNDRED, TQDM_COLOUR="green")
    for changes in ({"NO_COLOR": "1"}, {"NO_COLOR": "1", "TQDM_COLOUR": "green"}):
        assert "\x1b[" not in on_a_terminal(HUNDRED, **changes)


def test_hidden_progress_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("embed", "image", 3, visible=False) as bar:
        bar.set_postfix_str("text")
        bar.update(3)
    assert capsys.readouterr() == ("", "")


def test_tracked_items_come_unchanged_and_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(track("abc", "unpack", "file", 3)) == ["a", "b", "c"]
    assert capsys.readouterr().err.startswith("unpack  3/3 files, 100 %")
