import pytest
from starlette.testclient import TestClient

from serving.api.problems import Problem
from serving.pages.forms import Sent
from tests.serving.api.clients import files
from tests.serving.bundles import signature


def test_what_was_not_sent_is_empty() -> None:
    sent = Sent({"name": "", "policy": "review"}, {"image": [], "images": [b"1", b"2"]})
    assert sent.text("other") == ""
    assert sent.given("name", "policy", "other") == {"policy": "review"}
    assert sent.some("images") == [b"1", b"2"]
    for name in ("image", "images"):
        with pytest.raises(Problem):
            sent.one(name)
    with pytest.raises(Problem):
        sent.some("image")


def test_a_field_without_a_file_counts_as_none(admin: TestClient) -> None:
    empty = [("images", ("", b"", "application/octet-stream"))]
    answer = admin.post("/pages/enrol", data={"name": "Ada"}, files=empty)
    assert answer.status_code == 422
    assert "choose one image or more" in answer.text


def test_too_many_files_are_refused(admin: TestClient) -> None:
    images = files("images", [signature(1, 0)] * 21)
    answer = admin.post("/pages/enrol", data={"name": "Ada"}, files=images)
    assert answer.status_code == 422
    assert "at most 20 images" in answer.text


def test_a_file_where_none_belongs_is_refused(admin: TestClient) -> None:
    answer = admin.post("/pages/enrol", files=files("other", [signature(1, 0)]))
    assert answer.status_code == 422
