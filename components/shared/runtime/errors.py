"""The one exception whose message is for the user, and how addresses stand in texts."""

import re

USER = re.compile(r"//(?:[^/\s]*|[^/\s:@]*:(?!\d+/)[^\s@]*)@")
"""User and password; a slash in a password is no end of it, unless a port comes before."""
QUERY = re.compile(r"(://[^\s?#'\"<>]*)[?#][^\s'\"<>]*")
SSH_USER = re.compile(r"(ssh://)[^/\s:@]+@")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""Characters that end a line or move the cursor of a terminal."""


class InputError(Exception):
    """Bad input: parameters, data or arguments that the user can correct.

    The message says what was wrong, where, and what to do. Commands print it as one line and exit
    with 2: whatever a damaged file holds, its text has no other.
    """

    def __str__(self) -> str:
        return CONTROLS.sub(" ", super().__str__())


def redact_credentials(text: str) -> str:
    """Returns a text without user, password and query of the addresses in it.

    A query may be a signature or hold a key.
    """
    return QUERY.sub(r"\1", USER.sub("//", text))


def holds_credentials(address: str) -> bool:
    """Tells an address with a password or a query, or with a user that is not just ssh's."""
    address = SSH_USER.sub(r"\1", address)
    return redact_credentials(address) != address
