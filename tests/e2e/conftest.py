"""Fixtures that whole runs share with the tests of a step."""

from tests.train.conftest import data

__all__ = ["data"]
