"""The common part of the command lines: options, one-line errors and exit codes."""

import errno
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from components.shared.runtime import cli
from components.shared.runtime.errors import InputError


def raising(error: BaseException) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (InputError("params.yaml: no such file"), 2, "error: params.yaml: no such file\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (cli.Terminated(), 143, "interrupted\n"),
        (
            OSError(errno.ENOSPC, "No space left on device", "out/images.npy"),
            2,
            "error: the disk is full (out/images.npy); free some space\n",
        ),
        (
            OSError(f"Can't write data ({os.strerror(errno.ENOSPC)})"),
            2,
            "error: the disk is full (while writing); free some space\n",
        ),
    ],
)
def test_what_the_user_can_mend_is_one_line_and_an_exit_code(
    error: BaseException, code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        cli.execute(raising(error))
    assert exit_.value.code == code
    assert capsys.readouterr().err == message


def test_output_never_fails_on_a_terminal_s_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    streams = {}
    for name in ("stdout", "stderr"):
        streams[name] = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
        monkeypatch.setattr(sys, name, streams[name])

    def action() -> None:
        sys.stdout.write("17.4–24.0 %\n")
        raise InputError("Müller.png: no image")

    with pytest.raises(SystemExit) as refused:
        cli.execute(action)
    assert refused.value.code == 2
    written = [stream.buffer.getvalue() for stream in streams.values()]
    assert written == [b"17.4?24.0 %\n", b"error: M?ller.png: no image\n"]


def test_help_never_fails_on_a_terminal_s_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    monkeypatch.setattr(sys, "stdout", stream)
    cli.create_parser("split", "Splits identities – disjointly.", "python").print_help()
    assert b"Splits identities ? disjointly." in stream.buffer.getvalue()


def test_a_failure_of_the_program_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        cli.execute(lambda: 1 // 0)
    with pytest.raises(PermissionError):
        cli.execute(raising(PermissionError(errno.EACCES, "denied")))


def test_a_step_s_parser_reads_params_folders_and_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROGRESS", "")
    parser = cli.create_parser("split", "Splits the identities.", "python -m components.split")
    cli.add_folder(parser, "out", "data/split", "the partition")
    defaults = parser.parse_args([])
    assert (defaults.params, defaults.out) == (Path("params.yaml"), Path("data/split"))
    options = parser.parse_args(["--params", "p.yaml", "--out", "x"])
    assert (options.params, options.out) == (Path("p.yaml"), Path("x"))
    assert os.environ["PROGRESS"] == ""
    parser.parse_args(["--quiet"])
    assert os.environ["PROGRESS"] == "quiet"


def test_help_shows_defaults_but_no_empty_ones() -> None:
    parser = cli.create_parser("split", "Splits the identities.", "python -m components.split")
    text = parser.format_help()
    assert "file with the section 'split' (default: params.yaml)" in " ".join(text.split())
    assert "default: None" not in text
    assert text.endswith("example:\n  python -m components.split\n")
