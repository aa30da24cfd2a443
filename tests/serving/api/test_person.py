"""A person in requests and answers."""

import pytest
from starlette.testclient import TestClient

from serving.api.person import identifier
from serving.api.problems import Problem
from tests.serving.api.clients import files
from tests.serving.bundles import signature


@pytest.mark.parametrize("text", ["", "x", "../x", "0" * 36, "A" * 36])
def test_an_id_that_cannot_be_one_is_unknown(text: str) -> None:
    with pytest.raises(Problem) as refused:
        identifier(text)
    assert refused.value.status_code == 404


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a\0b", "x" * 201])
def test_a_name_is_one_line_of_letters(admin: TestClient, name: str) -> None:
    images = files("images", [signature(1, 0)])
    answer = admin.post("/v1/people", data={"name": name}, files=images)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "name"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{7*7}}", "Zoë 李 אב", "'; DROP--"])
def test_s9_a_name_comes_back_as_it_was_given(admin: TestClient, name: str) -> None:
    """S9: as text, whatever it looks like."""
    images = files("images", [signature(1, 0)])
    answer = admin.post("/v1/people", data={"name": name}, files=images)
    assert answer.json()["name"] == name
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
