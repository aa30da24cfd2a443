"""The one exception whose message is for the user."""

import re


class InputError(Exception):
    """Bad input: parameters, data or arguments that the user can correct.

    The message says what was wrong, where, and what to do. Commands print it as one line and exit
    with 2.
    """


def redact_credentials(text: str) -> str:
    """Returns a text without the user and password that an address in it may hold."""
    return re.sub(r"//[^/\s]+@", "//", text)
