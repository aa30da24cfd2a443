"""The audit: who did what, the newest first."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from serving.api.caller import needs, service_of
from serving.api.problems import documented, unknown
from serving.store.errors import Unknown

router = APIRouter(prefix="/v1", tags=["audit"])


class AuditLine(BaseModel):
    """A line, which stays when its person is deleted; `id` counts from 1."""

    id: int
    at: datetime
    key_id: str | None
    action: str
    person_id: str | None
    outcome: str
    request_id: str | None
    model_version: str | None


class AuditPage(BaseModel):
    """Lines, and the cursor of the next page (null: it is the last)."""

    items: list[AuditLine]
    next: str | None


@router.get("/audit", dependencies=[Depends(needs("audit"))], responses=documented())
def audit(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
) -> AuditPage:
    """Lists who did what; `python -m serving audit verify` checks that no line is missing."""
    try:
        page = service_of(request).store.audit.list(limit, cursor)
    except Unknown:
        raise unknown("page") from None
    return AuditPage(items=[AuditLine(**asdict(line)) for line in page.items], next=page.next)
