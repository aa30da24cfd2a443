"""Who asks, and what they may do."""

from collections.abc import Awaitable, Callable
from typing import Literal

from starlette.requests import Request

from serving.api.problems import Problem
from serving.api.service import Service
from serving.store.audit_chain import Words
from serving.store.keys import Key
from serving.store.roles import Role

Permission = Literal[
    "people", "verify", "identify", "review", "model", "embed", "export", "audit", "metrics"
]
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    "admin": frozenset(
        {"people", "verify", "identify", "review", "model", "export", "audit", "metrics"}
    ),
    "operator": frozenset({"people", "verify", "identify", "review", "model"}),
    "verifier": frozenset({"verify", "model"}),
    "metrics": frozenset({"metrics"}),
}
"""Embeddings leave by two calls with a permission each: `embed`, which a key has or has not beside
its role, and `export`."""


def may(key: Key, permission: Permission) -> bool:
    """Tells whether a key has a permission."""
    return key.may_embed if permission == "embed" else permission in PERMISSIONS[key.role]


def needs(permission: Permission) -> Callable[[Request], Awaitable[None]]:
    """Returns a dependency that refuses keys without a permission."""

    async def check(request: Request) -> None:  # what is no coroutine would cost a thread's turn
        if not may(key_of(request), permission):
            raise Problem(403, f"this key may not: it lacks '{permission}'", "forbidden")

    return check


def key_of(request: Request) -> Key:
    """Returns the key that the guard has checked."""
    key: Key = request.state.key
    return key


def service_of(request: Request) -> Service:
    """Returns the service."""
    service: Service = request.app.state.service
    return service


def note(
    request: Request, action: str, person_id: str | None, outcome: str, *, model: bool = False
) -> None:
    """Appends a line to the audit."""
    service_of(request).store.audit.append(*line(request, action, person_id, outcome, model=model))


def line(
    request: Request, action: str, person_id: str | None, outcome: str, *, model: bool = False
) -> Words:
    """Returns the audit's line of a request."""
    return Words(
        key_of(request).id,
        action,
        person_id,
        outcome,
        request.state.request_id,
        service_of(request).model.version if model else None,
    )
