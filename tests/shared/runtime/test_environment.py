"""Variables that are set for a while."""

import os

import pytest

from components.shared.runtime.environment import variable

NAME = "SIGNATURES_TEST"


@pytest.mark.parametrize("before", [None, "", "one"])
def test_a_variable_is_afterwards_as_it_was_whatever_happens(
    before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if before is None:
        monkeypatch.delenv(NAME, raising=False)
    else:
        monkeypatch.setenv(NAME, before)
    with pytest.raises(KeyError), variable(NAME, "two"):
        assert os.environ[NAME] == "two"
        raise KeyError
    assert os.environ.get(NAME) == before
