"""The ASGI application: the endpoints, their refusals in one form, and the guard around all."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from serving.api import (
    audit,
    decisions,
    embeddings,
    forms,
    health,
    identify,
    inference,
    model,
    people,
    problems,
    references,
    verify,
)
from serving.api.entrance import Entrance
from serving.api.guard import ANY_HOST, Guard
from serving.api.once import HEADER
from serving.api.problems import Problem, ProblemBody
from serving.api.service import Service
from serving.store.errors import KeyChanged
from serving.store.store import Store

VERSION = "1"
SPARE_THREADS = 16
"""Beside those that wait for embeddings, so that others are answered meanwhile."""
ROUTERS = (
    people,
    references,
    verify,
    identify,
    decisions,
    embeddings,
    inference,
    model,
    audit,
    health,
)
REFERENCE = "#/components/schemas/{model}"
SECURITY = {"key": {"type": "http", "scheme": "bearer"}}
NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""The framework's own would tell paths, with people's ids, and messages of errors."""


class Pages(NamedTuple):
    """Pages for people: what is routed to them, and how the guard lets people in."""

    routes: Sequence[BaseRoute]
    entrance: Entrance


def create_app(service: Service, pages: Pages | None = None) -> ASGIApp:
    """Creates the application that answers by a service.

    Args:
        service: that answers.
        pages: for people, beside the endpoints; None: there are none.
    """
    api = create_api(service.settings.queue)
    api.state.service = service
    settings = service.settings
    entrance = None
    if pages is not None:
        entrance = pages.entrance
        api.router.routes.extend(pages.routes)
    app: ASGIApp = Guard(api, service.store.keys.check, settings, service.metrics, entrance)
    if settings.origins:
        app = CORSMiddleware(
            app,
            allow_origins=settings.origins,
            allow_methods=("GET", "POST", "PATCH", "DELETE"),
            allow_headers=("Authorization", "Content-Type", "If-Match", HEADER, "X-Request-ID"),
            expose_headers=("ETag", "Location", "Retry-After", "X-Request-ID"),
        )
    if settings.trusted_proxies:
        app = ProxyHeadersMiddleware(app, trusted_hosts=list(settings.trusted_proxies))  # type: ignore[arg-type, assignment]
    return app


def create_api(queue: int = 64) -> FastAPI:
    """Creates the framework's application, which has no service yet: it can tell its schema."""

    @asynccontextmanager
    async def threads(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = queue + SPARE_THREADS
        yield

    api = FastAPI(
        title="Signature verification",
        version=VERSION,
        description="Enrols people by their signatures, verifies claims and identifies. No answer "
        "is a proof of identity by itself.",
        docs_url=None,
        redoc_url=None,
        lifespan=threads,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        telemetry=NO_TELEMETRY,
    )
    for room in ROUTERS:  # routers that are included would be searched twice at every request
        api.router.routes.extend(room.router.routes)
    api.add_exception_handler(RequestValidationError, _refuse_fields)
    api.add_exception_handler(HTTPException, _refuse)
    api.add_exception_handler(Exception, _fail)
    api.openapi = lambda: _schema(api)  # type: ignore[method-assign]
    return api


def _schema(api: FastAPI) -> dict[str, object]:
    if api.openapi_schema is None:
        schema = get_openapi(
            title=api.title, version=api.version, description=api.description, routes=api.routes
        )
        parts = schema.setdefault("components", {})
        parts["schemas"]["ProblemBody"] = ProblemBody.model_json_schema(ref_template=REFERENCE)
        parts["schemas"] |= parts["schemas"]["ProblemBody"].pop("$defs", {})
        parts["securitySchemes"] = SECURITY
        schema["security"] = [{name: []} for name in SECURITY]
        for path in sorted(ANY_HOST):
            schema["paths"][path]["get"]["security"] = []
        api.openapi_schema = schema
    return api.openapi_schema


async def _refuse(request: Request, error: Exception) -> Response:
    if isinstance(error, Problem):
        return problems.response(error, request.state.request_id)
    if not isinstance(error, HTTPException):
        raise error
    problem = Problem(error.status_code, error.detail, headers=error.headers)
    return problems.response(problem, request.state.request_id)


async def _fail(request: Request, error: Exception) -> Response:
    """Answers; the framework raises the error again, so that the guard writes it into the log."""
    problem = problems.failed(error)
    if problem.status_code == 500:
        store = request.app.state.service.store
        problem = problems.failed(await anyio.to_thread.run_sync(_cause, store, error))
    return problems.response(problem, request.state.request_id)


def _cause(store: Store, error: Exception) -> Exception:
    """Returns why the service failed: without a key it reads what was encrypted since as it is."""
    try:
        store.require_key()
    except KeyChanged as changed:
        return changed
    except Exception:
        return error
    return error


async def _refuse_fields(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    is_json = all(fault["type"] != "json_invalid" for fault in error.errors())
    problem = forms.invalid(error.errors()) if is_json else Problem(400, "the body is not JSON")
    return problems.response(problem, request.state.request_id)
