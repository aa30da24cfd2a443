"""What keys may do."""

import pytest

from serving.store.roles import Role
from tests.serving.api.clients import Clients

CALLS = {
    "people": ("GET", "/v1/people"),
    "review": ("GET", "/v1/decisions"),
    "model": ("GET", "/v1/model"),
    "metrics": ("GET", "/metrics"),
    "verify": ("POST", "/v1/verify"),
    "identify": ("POST", "/v1/identify"),
    "embed": ("POST", "/v1/embeddings"),
    "export": ("GET", "/v1/people/x/export"),
    "audit": ("GET", "/v1/audit"),
}
ALLOWED: dict[Role, set[str]] = {
    "admin": set(CALLS) - {"embed"},
    "operator": {"people", "review", "model", "verify", "identify"},
    "verifier": {"verify", "model"},
    "metrics": {"metrics"},
}


@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_may_do_what_it_is_for_and_no_more(clients: Clients, role: Role) -> None:
    client = clients.of(role)
    allowed = set()
    for name, (method, path) in CALLS.items():
        if client.request(method, path).status_code != 403:
            allowed.add(name)
    assert allowed == ALLOWED[role]


def test_without_a_key_nothing_is_allowed(clients: Clients) -> None:
    for method, path in CALLS.values():
        answer = clients.nobody.request(method, path)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
