"""Whether the service lives, whether it is ready, and its figures."""

from typing import Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from serving.api import logs, metrics
from serving.api.caller import needs, service_of
from serving.api.problems import Problem, away, documented

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The state of the service."""

    status: Literal["ok"]


@router.get("/livez", responses=documented())
async def alive() -> Health:
    """Answers while the process lives."""
    return Health(status="ok")


@router.get("/readyz", responses=documented())
def ready(request: Request) -> Health:
    """Answers 200 when model, database and gallery are there, and 503 before and after."""
    service = service_of(request)
    if not service.is_ready:
        raise Problem(503, "the service is starting or ending", headers={"Retry-After": "5"})
    try:
        service.gallery.current()
    except Exception as error:
        logs.failure("not ready", error)
        raise away() from None
    return Health(status="ok")


@router.get(
    "/metrics",
    dependencies=[Depends(needs("metrics"))],
    response_class=Response,
    responses=documented() | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def figures(request: Request) -> Response:
    """Hands out the figures for Prometheus."""
    return Response(service_of(request).metrics.text(), media_type=metrics.MEDIA_TYPE)
