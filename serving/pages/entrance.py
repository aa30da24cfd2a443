"""The guard's view of the pages: people come in by a session; who has none is asked to sign in."""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from serving.api.problems import Problem
from serving.pages import addresses, rendering
from serving.pages.sessions import Sessions
from serving.store.keys import Key

POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)
HEADERS = {
    "Content-Security-Policy": "; ".join(POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
"""With `no-referrer` a browser would not tell the origin of a form."""


class PageEntrance:
    """The guard's view of the pages."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def covers(self, path: str) -> bool:
        """Tells whether a path belongs to the pages."""
        return path == "/" or path.startswith(addresses.ROOT)

    def is_open(self, path: str) -> bool:
        """Tells whether a path needs nobody who has signed in."""
        return path in addresses.OPEN or path.startswith(addresses.STATIC)

    def key(self, headers: Headers) -> Key | None:
        """Returns the valid key of the session."""
        return self._sessions.key("; ".join(headers.getlist("cookie")))

    def headers(self, path: str) -> Mapping[str, str]:
        """Returns the headers that every answer of a path has."""
        if path.startswith(addresses.STATIC):
            return HEADERS | {"Cache-Control": "no-cache"}
        return HEADERS

    def refusal(self, problem: Problem, scope: Scope) -> Response:
        """Returns the page that tells a refusal; who has not signed in is sent to do so."""
        request = Request(scope)
        if problem.status_code == 401 and not self.is_open(request.url.path):
            query = urlencode({"back": request.url.path}) if request.method == "GET" else ""
            return RedirectResponse(f"{addresses.SIGN_IN}?{query}".rstrip("?"), 303)
        return rendering.problem_page(request, problem)
