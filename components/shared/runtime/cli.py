"""What every step's command line has in common: help, parameters, clear errors and exit codes."""

import argparse
import errno
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from components.shared.runtime import progress
from components.shared.runtime.errors import InputError

BAD_INPUT = 2
INTERRUPTED = 130
TERMINATED = 143


class Terminated(KeyboardInterrupt):
    """SIGTERM came, and what had to be saved was saved."""


def parser(step: str, description: str, example: str) -> argparse.ArgumentParser:
    """An argument parser for `python -m components.<step>`, with `--params` and an example in its
    help.
    """
    result = argparse.ArgumentParser(
        prog=f"python -m components.{step}",
        description=description,
        epilog=f"example:\n  {example}",
        formatter_class=Formatter,
    )
    result.add_argument(
        "--params",
        type=Path,
        default=Path("params.yaml"),
        metavar="FILE",
        help=f"file with the section '{step}'",
    )
    quiet(result)
    return result


def quiet(arguments: argparse.ArgumentParser) -> None:
    """Adds `--quiet`."""
    arguments.add_argument(
        "--quiet",
        action=_Quiet,
        nargs=0,
        help="show no progress, as with PROGRESS=quiet in the environment",
    )


def folder(arguments: argparse.ArgumentParser, name: str, default: str, meaning: str) -> None:
    """Adds an option that names a folder, with the project's own folder as the default."""
    arguments.add_argument(
        f"--{name}", type=Path, default=Path(default), metavar="DIR", help=meaning
    )


def execute(action: Callable[[], object]) -> None:
    """Runs a step's action and turns its outcome into an exit code.

    Exit codes: 0 done; 1 a failure of the machine or of the program; 2 bad input, a full disk among
    it; 130 interrupted (Ctrl-C); 143 terminated (SIGTERM).
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    for chatty in ("absl", "alembic", "botocore", "h5py", "mlflow", "tensorflow", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    try:
        action()
    except InputError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt as stopped:
        sys.stderr.write("interrupted\n")
        sys.exit(TERMINATED if isinstance(stopped, Terminated) else INTERRUPTED)
    except OSError as error:
        if not disk_is_full(error):
            raise
        sys.stderr.write(
            f"error: the disk is full ({error.filename or 'while writing'}); free some space\n"
        )
        sys.exit(BAD_INPUT)


def disk_is_full(error: OSError) -> bool:
    """Whether an error says so, in its number or (h5py's) in its text."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT} or os.strerror(errno.ENOSPC) in str(error)


class _Quiet(argparse.Action):
    """Hides the progress in this process and in those it starts."""

    def __call__(self, *_: object) -> None:
        os.environ[progress.VARIABLE] = progress.QUIET


class Formatter(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Shows defaults, but for those that say nothing."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return super()._get_help_string(action) if action.default else action.help
