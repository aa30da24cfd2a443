"""Whether the service lives, whether it is ready, and its figures."""

from typing import Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from components.shared.runtime.errors import InputError
from serving.api import logs, metrics, problems
from serving.api.caller import needs, service_of
from serving.api.problems import Problem, documented
from serving.store import history
from serving.store.store import Store

router = APIRouter(tags=["health"])
OTHER_TABLES = (
    "the tables of the database are of another version than this code: "
    "`python -m serving database check` says what to do"
)


class Health(BaseModel):
    """The state of the service."""

    status: Literal["ok"]


@router.get("/livez", responses=documented())
async def alive() -> Health:
    """Answers while the process lives."""
    return Health(status="ok")


@router.get("/readyz", responses=documented())
def ready(request: Request) -> Health:
    """Answers 200 while model, database and gallery are there, and else 503, which says why."""
    service = service_of(request)
    if not service.is_ready:
        raise Problem(503, "the service is starting or ending", headers={"Retry-After": "5"})
    trouble = service.store.database.trouble
    if trouble is not None:
        raise problems.troubled(trouble)
    try:
        service.store.require_key()
        service.gallery.current()
    except Exception as error:
        logs.failure("not ready", error)
        raise _reason(service.store, error) from None
    return Health(status="ok")


def _reason(store: Store, error: Exception) -> Problem:
    """Returns the refusal that says why the service is not ready."""
    problem = problems.failed(error)
    if problem.status_code == 503:
        return problem
    headers = {"Retry-After": "5"}
    try:
        history.require_newest(store.database)
    except InputError:
        return Problem(503, OTHER_TABLES, "tables", headers=headers)
    except Exception as other:
        logs.failure("not ready", other)
    return Problem(503, problem.detail, headers=headers)


@router.get(
    "/metrics",
    dependencies=[Depends(needs("metrics"))],
    response_class=Response,
    responses=documented() | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def figures(request: Request) -> Response:
    """Hands out the figures for Prometheus."""
    return Response(service_of(request).metrics.text(), media_type=metrics.MEDIA_TYPE)
