"""The failure of a deployment, whose message is for the user."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class DeploymentError(Exception):
    """The cluster did what it was asked, and the service is not what it has to be."""


@contextmanager
def told() -> Iterator[None]:
    """Ends the program with a failed deployment's reason in a line, and exit code 1."""
    try:
        yield
    except DeploymentError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(1)
