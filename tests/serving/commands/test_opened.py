"""Which store a command works on."""

from pathlib import Path

from serving.store.store import open_store
from tests.serving.commands.conftest import Run
from tests.serving.store.examples import KEY


def test_the_command_line_counts_more_than_the_environment(run: Run, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.db'}"
    run("keys", "create", "--name", "desk", "--database", other)
    assert run("keys", "list") == ""
    store = open_store(other, KEY)
    assert [key.name for key in store.keys.list()] == ["desk"]
    store.close()


def test_an_address_that_is_none_is_said_in_a_line(run: Run) -> None:
    assert "postgresql+psycopg://" in run("keys", "list", "--database", "mysql://u:hunter2@h/d")
    assert "hunter2" not in run("keys", "list", "--database", "mysql://u:hunter2@h/d")
