"""Logs without anything that was sent."""

import json
import logging

from serving.api import logs


def line(record: logging.LogRecord) -> dict[str, object]:
    content: dict[str, object] = json.loads(logs.Lines().format(record))
    return content


def test_a_line_holds_the_event_and_its_fields() -> None:
    record = logging.makeLogRecord(
        {"msg": "request", "levelname": "INFO", "fields": {"status": 200}}
    )
    told = line(record)
    assert (told["event"], told["status"], told["level"]) == ("request", 200, "info")


def test_of_an_error_the_kind_and_the_places_are_told_and_not_the_message() -> None:
    try:
        int("Ada Lovelace")
    except ValueError as error:
        found = (type(error), error, error.__traceback__)
    told = line(logging.makeLogRecord({"msg": "failed", "exc_info": found}))
    assert told["error"] == "ValueError"
    assert "test_logs.py" in str(told["places"])
    assert "Ada" not in str(told)
