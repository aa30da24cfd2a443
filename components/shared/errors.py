"""The one exception that a user is meant to read."""


class InputError(Exception):
    """Bad input: parameters, data or arguments that the user can mend.

    The message says what was wrong, where, and what to do. Commands print it as one line and exit with 2.
    """
