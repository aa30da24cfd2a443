"""Roles are those of the specification."""

from serving.store.roles import ROLES


def test_there_are_four_roles() -> None:
    assert ROLES == ("admin", "operator", "verifier", "metrics")
