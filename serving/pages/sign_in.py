"""Signing in with a key, signing out, and the choice of a language."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from serving.api.caller import key_of, service_of
from serving.api.problems import Problem
from serving.pages import addresses, language, rendering
from serving.pages.forms import Sent, reads
from serving.pages.sessions import Sessions
from serving.store.keys import Key

router = APIRouter()
A_YEAR = 365 * 24 * 3600


@router.get("/")
def home(request: Request) -> Response:
    """Leads to the first page that the key may open."""
    return RedirectResponse(_entries(key_of(request))[0].address, 303)


@router.get("/sign-in")
def ask(request: Request, back: str = "") -> Response:
    """Asks for a key."""
    return rendering.page(request, "sign_in", back=addresses.within(back, addresses.ROOT))


@router.post("/sign-in")
async def sign_in(request: Request, sent: Annotated[Sent, Depends(reads())]) -> Response:
    """Starts the session of a key; wrong ones are counted as the API's are."""
    back = addresses.within(sent.text("back"), addresses.ROOT)
    try:
        key = await request.state.check_key(sent.text("key"))
        _entries(key)
    except Problem as problem:
        headers = {"Retry-After": "60"} if problem.status_code == 429 else None
        return rendering.page(
            request, "sign_in", problem.status_code, headers, problem=problem, back=back
        )
    service = service_of(request)
    service.store.audit.append(key.id, "sign in", None, "done", request.state.request_id)
    answer = RedirectResponse(back, 303)
    _sessions(request).start(answer, key, request.url.scheme == "https")
    return answer


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """Ends the session in this browser."""
    answer = RedirectResponse(addresses.SIGN_IN, 303)
    _sessions(request).end(answer, request.url.scheme == "https")
    return answer


@router.post("/language")
def choose(request: Request, sent: Annotated[Sent, Depends(reads())]) -> Response:
    """Keeps the language that somebody reads."""
    answer = RedirectResponse(addresses.within(sent.text("back"), addresses.ROOT), 303)
    chosen = sent.text("language")
    if chosen in language.languages():
        answer.set_cookie(
            language.COOKIE,
            chosen,
            max_age=A_YEAR,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
    return answer


def _entries(key: Key) -> list[addresses.Entry]:
    """Returns the pages that a key may open.

    Raises:
        Problem: 403, there is none.
    """
    entries = addresses.menu(key)
    if not entries:
        raise Problem(403, "this key is not for the pages", "forbidden")
    return entries


def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions
