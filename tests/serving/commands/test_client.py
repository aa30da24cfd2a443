"""`python -m serving client`."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from serving.__main__ import main
from tests.serving.bundles import blank, signature
from tests.serving.running import Running

Ask = Callable[..., tuple[int, str]]


@pytest.fixture
def ask(
    running: Running,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Ask:
    """Runs the command in a folder with images; returns its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SERVE_KEY", running.key())
    monkeypatch.setenv("SERVE_ADDRESS", running.address)
    for writer in (91, 92):
        for number in range(4):
            Path(f"{writer}-{number}.png").write_bytes(signature(writer, number))
    Path("blank.png").write_bytes(blank())

    def call(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(["client", *arguments])
        printed = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return end.value.code, printed.out + printed.err

    return call


def test_the_exit_code_tells_the_decision(ask: Ask) -> None:
    code, text = ask("enrol", "--person", "Ninety-one", "91-0.png", "91-1.png", "blank.png")
    assert code == 0
    assert "2 references" in text
    assert "  blank.png: " in text
    code, text = ask("verify", "--person", "Ninety-one", "91-3.png")
    assert code == 0
    assert text.startswith("accept; ")
    equal = ("--policy", "equal_error")
    code, text = ask("verify", "--person", "Ninety-one", "92-3.png", *equal)
    assert code == 3
    assert text.startswith("reject; ")
    code, text = ask("identify", "91-3.png")
    assert code == 0
    assert text.startswith("Ninety-one (")
    code, text = ask("identify", "92-3.png", "--json")
    assert code == (4 if json.loads(text)["reason"] == "review" else 3)
    code, text = ask("people", "--person", "Ninety")
    assert code == 0
    assert text.endswith("ready  2  Ninety-one\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["verify", "91-0.png", "--person", "Nobody at all"], "nobody has this name"),
        (["identify", "absent.png"], "absent.png"),
        (["identify", "blank.png"], ": image: blank image"),
        (["identify", "91-0.png", "--policy", "none"], "policy"),
        (["people", "--key-file", "absent"], "absent: the key"),
        (["people", "--address", "ftp://host"], "http://"),
    ],
)
def test_bad_input_is_one_line(ask: Ask, arguments: Sequence[str], said: str) -> None:
    code, text = ask(*arguments)
    assert code == 2
    assert text.startswith("error: ")
    assert said in text
    assert text.count("\n") == 1


def test_the_key_may_stand_in_a_file(
    ask: Ask, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SERVE_KEY")
    code, text = ask("people")
    assert code == 2
    assert "SERVE_KEY" in text
    Path("key").write_text(running.key() + "\n")
    assert ask("people", "--key-file", "key")[0] == 0
    monkeypatch.setenv("SERVE_KEY_FILE", "key")
    assert ask("people")[0] == 0


def test_a_service_that_does_not_answer_is_no_bad_input(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.client.transport.ATTEMPTS", 1)
    code, text = ask("people", "--address", "http://127.0.0.1:9")
    assert code == 1
    assert "does not answer" in text
