"""Runs of the step, whose normalisation is compiled once."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def normalisation(compiled_once: None) -> None:
    """Compiled for the first run of a module."""
