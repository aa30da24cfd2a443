"""Logs as lines of JSON, without names, images, keys or anything else that was sent."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from serving.store.trouble import DatabaseAwayError

LOGGER = logging.getLogger("serving")
FIELDS = "fields"


class Lines(logging.Formatter):
    """A line a record: time, level, event, and the fields that were given.

    Of an exception its kind and its places in the code are told, but not its message, which may
    repeat what was sent; of a database that carries nothing out, why not.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Returns the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= getattr(record, FIELDS, {})
        if record.exc_info is not None and record.exc_info[1] is not None:
            line |= _describe(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def write(event: str, level: int = logging.INFO, **fields: Any) -> None:
    """Writes a line; `fields` must hold nothing personal."""
    LOGGER.log(level, event, extra={FIELDS: fields})


def failure(event: str, error: BaseException, **fields: Any) -> None:
    """Writes a line about an unexpected error."""
    LOGGER.error(event, exc_info=error, extra={FIELDS: fields})


def configure() -> None:
    """Sends all logs to standard error as lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    LOGGER.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
        logger.setLevel(logging.WARNING)


def _describe(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-12:]]
    told: dict[str, Any] = {"error": type(error).__name__, "places": places}
    if isinstance(error, DatabaseAwayError):
        told["reason"] = error.trouble.told
    return told
