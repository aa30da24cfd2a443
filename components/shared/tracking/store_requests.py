"""Requests to the tracking store: the time of an upload, the line that tells of a failure."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from components.shared.runtime.errors import redact_credentials

UPLOAD_SECONDS = "120"


def first_line(error: Exception) -> str:
    """Returns an error's first line, at most 200 characters, without credentials."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return redact_credentials(lines[0])[:200]


@contextmanager
def upload_timeout() -> Iterator[None]:
    """Allows MLflow's requests the time of an upload, longer than that of a small request."""
    name = "MLFLOW_HTTP_REQUEST_TIMEOUT"
    before = os.environ.get(name)
    os.environ[name] = UPLOAD_SECONDS
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
