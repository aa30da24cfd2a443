"""The command line of the service: its help."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("command", [[], ["verify"]])
def test_help_says_what_it_does_and_how(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "serving", *command, "--help"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("usage: python -m serving")
    assert ("example:" in done.stdout) == bool(command)
