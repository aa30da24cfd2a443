import pytest
from starlette.datastructures import Headers

from serving.api.entrance import require_same_origin
from serving.api.problems import Problem


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "a.example", "sec-fetch-site": "same-origin"},
        {"host": "a.example", "origin": "https://a.example"},
        {"host": "localhost:8000", "origin": "http://localhost:8000"},
    ],
)
def test_a_form_of_the_same_origin_is_taken(headers: dict[str, str]) -> None:
    require_same_origin(Headers(headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "a.example"},
        {"host": "a.example", "origin": "null"},
        {"host": "a.example", "origin": "https://b.example"},
        {"host": "a.example", "origin": "https://a.example:444"},
        {"host": "a.example", "origin": "https://a.example", "sec-fetch-site": "cross-site"},
        {"host": "a.example", "origin": "https://a.example", "sec-fetch-site": "none"},
    ],
)
def test_another_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Problem) as refusal:
        require_same_origin(Headers(headers))
    assert refusal.value.status_code == 403
