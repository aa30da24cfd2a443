"""Pages for people, as the guard sees them: another way in, other headers and other refusals."""

from collections.abc import Mapping
from typing import Protocol

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from serving.api.problems import Problem
from serving.store.keys import Key

OPEN_BYTES = 8 << 10
"""The longest body of somebody who has not signed in: it holds a key."""


class Entrance(Protocol):
    """The part of an application whose callers are people with a browser."""

    def covers(self, path: str) -> bool:
        """Tells whether a path belongs to the pages."""

    def is_open(self, path: str) -> bool:
        """Tells whether a path needs nobody who has signed in."""

    def key(self, headers: Headers) -> Key | None:
        """Returns the valid key that somebody has signed in with; None: nobody has."""

    def headers(self, path: str) -> Mapping[str, str]:
        """Returns the headers that every answer of a path has."""

    def refusal(self, problem: Problem, scope: Scope) -> Response:
        """Returns the page that tells a refusal."""


def require_same_origin(headers: Headers) -> None:
    """Refuses forms that pages of another origin send, and those that do not say whose they are.

    Raises:
        Problem: 403.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        is_own = site == "same-origin"
    else:
        is_own = headers.get("origin", "").partition("://")[2] == headers.get("host")
    if not is_own:
        raise Problem(403, "this form did not come from a page of this service", "foreign-form")
