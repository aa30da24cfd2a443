"""The common part of every step's command line: help, parameters, clear errors and exit codes."""

import argparse
import errno
import io
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from components.shared.runtime import progress, temporary
from components.shared.runtime.errors import InputError, redact_credentials

BAD_INPUT = 2
INTERRUPTED = 130
TERMINATED = 143


class Terminated(KeyboardInterrupt):
    """The end of a step by SIGTERM, after it has saved its state."""


def create_parser(step: str, description: str, example: str) -> argparse.ArgumentParser:
    """Creates the parser of `python -m components.<step>` with `--params` and `--quiet`.

    Args:
        step: the step's name.
        description: the first paragraph of the help.
        example: command lines, for the end of the help.
    """
    tolerate_encodings()
    parser = argparse.ArgumentParser(
        prog=f"python -m components.{step}",
        description=description,
        epilog=f"example:\n  {example}",
        formatter_class=Formatter,
    )
    parser.add_argument(
        "--params",
        type=Path,
        default=Path("params.yaml"),
        metavar="FILE",
        help=f"file with the section '{step}'",
    )
    add_quiet(parser)
    return parser


def tolerate_encodings() -> None:
    """Lets output go on where a terminal's encoding lacks a character, which is written as `?`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def add_quiet(parser: argparse.ArgumentParser) -> None:
    """Adds `--quiet`."""
    parser.add_argument(
        "--quiet",
        action=_Quiet,
        nargs=0,
        help="show no progress, as with PROGRESS=quiet in the environment",
    )


def add_folder(parser: argparse.ArgumentParser, name: str, default: str, meaning: str) -> None:
    """Adds an option that names a folder, with the project's own folder as the default."""
    parser.add_argument(f"--{name}", type=Path, default=Path(default), metavar="DIR", help=meaning)


def execute(action: Callable[[], object]) -> None:
    """Runs a step's action and turns its outcome into an exit code."""
    with exit_codes():
        action()


@contextmanager
def exit_codes() -> Iterator[None]:
    """Sets up a process's log and temporary files, and turns the outcome of the block into an exit
    code.

    Exit codes: 0 done; 1 a failure of the machine or of the program; 2 bad input or a full disk;
    130 interrupted (Ctrl-C); 143 terminated (SIGTERM).
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    for library in ("absl", "alembic", "botocore", "h5py", "mlflow", "tensorflow", "urllib3"):
        logging.getLogger(library).setLevel(logging.ERROR)
    tolerate_encodings()
    try:
        with temporary.own_folder():
            yield
    except InputError as error:
        sys.stderr.write(f"error: {redact_credentials(str(error))}\n")
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt as signal:
        sys.stderr.write("interrupted\n")
        sys.exit(TERMINATED if isinstance(signal, Terminated) else INTERRUPTED)
    except OSError as error:
        if not disk_is_full(error):
            raise
        sys.stderr.write(
            f"error: the disk is full ({error.filename or 'while writing'}); free some space\n"
        )
        sys.exit(BAD_INPUT)


def disk_is_full(error: OSError) -> bool:
    """Tells a full disk from other errors, by an error's number or (h5py's) by its text."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT} or os.strerror(errno.ENOSPC) in str(error)


class _Quiet(argparse.Action):
    """An option that hides the progress, in this process and in those it starts."""

    def __call__(self, *_: object) -> None:
        os.environ[progress.VARIABLE] = progress.QUIET


class Formatter(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """A help text with the defaults, but for the empty ones."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return super()._get_help_string(action) if action.default else action.help
