"""The page of the audit: who did what, the newest first."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from serving.api.caller import needs, service_of
from serving.api.problems import unknown
from serving.pages import rendering
from serving.store.errors import Unknown

router = APIRouter(prefix="/audit", dependencies=[Depends(needs("audit"))])
PAGE = 50


@router.get("")
def show(request: Request, cursor: Annotated[str | None, Query(max_length=40)] = None) -> Response:
    """Shows a page of the audit; keys by their name."""
    store = service_of(request).store
    try:
        page = store.audit.list(PAGE, cursor)
    except Unknown:
        raise unknown("page") from None
    keys = {key.id: key.name for key in store.keys.list()}
    return rendering.page(request, "audit", lines=page.items, next=page.next, keys=keys)


@router.post("/check")
def check(request: Request) -> Response:
    """Checks that no line was changed, removed or added."""
    fault = service_of(request).store.audit.verify()
    return rendering.page(request, "audit_checked", fault=fault)
