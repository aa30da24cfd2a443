"""The page of all people: search, and page by page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from serving.api import people as api
from serving.api.caller import needs
from serving.pages import rendering

router = APIRouter()
PAGE = 25


@router.get("/people", dependencies=[Depends(needs("people"))])
def show(
    request: Request,
    query: Annotated[str, Query(max_length=200)] = "",
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    done: str | None = None,
) -> Response:
    """Shows people by a part of the name or the external id, in the order of enrolment."""
    found = api.search(request, query.strip() or None, PAGE, cursor)
    return rendering.page(
        request, "people", people=found, query=query, is_first=cursor is None, done=done
    )
