"""The command line in a folder of its own, with an encrypted database."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from serving.__main__ import main
from serving.store.store import Store, open_store
from tests.serving.store.examples import KEY

Run = Callable[..., str]


@pytest.fixture
def key_text(monkeypatch: pytest.MonkeyPatch) -> str:
    """The encryption key, which stands in the environment."""
    text = base64.b64encode(KEY).decode()
    monkeypatch.setenv("SERVE_ENCRYPTION_KEY", text)
    return text


@pytest.fixture
def address(tmp_path: Path, key_text: str) -> str:
    assert key_text
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """The store that the commands work on."""
    opened = open_store(address, KEY, keep_images=True)
    yield opened
    opened.close()


@pytest.fixture
def run(
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command and returns its output, or its one line of error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SERVE_DATABASE", address)

    def call(*arguments: str) -> str:
        capsys.readouterr()
        try:
            main(arguments)
        except SystemExit as end:
            assert end.code == 2
            error = capsys.readouterr().err
            assert error.startswith("error: ")
            assert error.count("\n") == 1
            return error
        return capsys.readouterr().out

    return call
