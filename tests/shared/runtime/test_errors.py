"""Errors for the user."""

import pytest

from components.shared.runtime.errors import InputError, holds_credentials, redact_credentials


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("https://anna:secret@host/a", "https://host/a"),
        ("https://token@host", "https://host"),
        ("cannot reach http://a:b@x/ nor http://c:d@y/", "cannot reach http://x/ nor http://y/"),
        ("ssh://git@host/a@b", "ssh://host/a@b"),
        ("anna@host", "anna@host"),
        ("https://host/anna@home", "https://host/anna@home"),
        ("dvc:https://host:8080/a@v1:b", "dvc:https://host:8080/a@v1:b"),
        ("https://anna:sec/ret@host/a", "https://host/a"),
        ("postgresql://anna:sec?ret@host/a", "postgresql://host/a"),
        ("https://host/a.zip?sig=secret#secret", "https://host/a.zip"),
        ("['https://host/a?sig=secret', 'b?']", "['https://host/a', 'b?']"),
    ],
)
def test_an_address_is_shown_without_user_password_and_query(text: str, redacted: str) -> None:
    assert redact_credentials(text) == redacted


@pytest.mark.parametrize(
    ("address", "has"),
    [
        ("https://host/a.zip", False),
        ("dvc:ssh://git@host/a@v1:b", False),
        ("dvc:git@host:a@v1:b", False),
        ("data/what?.zip", False),
        ("dvc:ssh://git:secret@host/a@v1:b", True),
        ("dvc:https://secret@host/a@v1:b", True),
        ("https://host/a.zip?sig=secret", True),
    ],
)
def test_credentials_are_passwords_queries_and_users_but_those_of_ssh(
    address: str, has: bool
) -> None:
    assert holds_credentials(address) == has


def test_a_message_is_one_line_whatever_a_file_holds() -> None:
    assert (
        str(InputError("a.csv: unknown part 'te\n\x1b[2Jst\u2028'"))
        == "a.csv: unknown part 'te [2Jst '"
    )
