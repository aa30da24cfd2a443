"""Errors for the user."""

import pytest

from components.shared.runtime.errors import redact_credentials


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("https://anna:secret@host/a", "https://host/a"),
        ("https://token@host", "https://host"),
        ("cannot reach http://a:b@x/ nor http://c:d@y/", "cannot reach http://x/ nor http://y/"),
        ("ssh://git@host/a@b", "ssh://host/a@b"),
        ("anna@host", "anna@host"),
        ("https://host/anna@home", "https://host/anna@home"),
    ],
)
def test_an_address_is_shown_without_user_and_password(text: str, redacted: str) -> None:
    assert redact_credentials(text) == redacted
