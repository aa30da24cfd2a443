"""The one exception that a user is meant to read."""

import re


class InputError(Exception):
    """Bad input: parameters, data or arguments that the user can mend.

    The message says what was wrong, where, and what to do. Commands print it as one line and exit
    with 2.
    """


def redact_credentials(text: str) -> str:
    """The text, without the user and password that an address in it may carry."""
    return re.sub(r"//[^/\s]+@", "//", text)
