"""Requests to the tracking store."""

import os

import pytest

from components.shared.tracking.store_requests import first_line, upload_timeout


def test_an_error_without_a_text_is_told_by_its_kind() -> None:
    assert first_line(TimeoutError()) == "TimeoutError"
    assert first_line(ValueError("x" * 300 + "\nmore")) == "x" * 200


@pytest.mark.parametrize("before", [None, "4"])
def test_an_upload_has_more_time_and_only_an_upload(
    before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "MLFLOW_HTTP_REQUEST_TIMEOUT"
    monkeypatch.delenv(name, raising=False)
    if before is not None:
        monkeypatch.setenv(name, before)
    with upload_timeout():
        assert os.environ[name] == "120"
    assert os.environ.get(name) == before
