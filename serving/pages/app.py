"""The pages as a part of the service's application."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from serving.api import app, forms, problems
from serving.api.app import Pages
from serving.api.problems import Problem
from serving.api.service import Service
from serving.pages import (
    audit,
    enrol,
    identify,
    model,
    people,
    person,
    rendering,
    review,
    sign_in,
    verify,
)
from serving.pages.entrance import PageEntrance
from serving.pages.sessions import Sessions

STATIC = Path(__file__).parent / "static"
ROUTERS = (sign_in, people, person, enrol, verify, identify, review, model, audit)


def create_app(service: Service) -> ASGIApp:
    """Creates the application of endpoints and pages that answers by a service."""
    return app.create_app(service, create_pages(service))


def create_pages(service: Service) -> Pages:
    """Creates the pages of a service."""
    sessions = Sessions(service.store.keys, service.store.vault)
    pages = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    pages.state.service, pages.state.sessions = service, sessions
    for room in ROUTERS:
        pages.include_router(room.router)
    pages.mount("/static", StaticFiles(directory=STATIC))
    pages.add_exception_handler(HTTPException, _refuse)
    pages.add_exception_handler(RequestValidationError, _refuse_fields)
    pages.add_exception_handler(Exception, _fail)
    routes: Sequence[BaseRoute] = (Route("/", _home), Mount("/pages", pages))
    return Pages(routes, PageEntrance(sessions))


def _home(request: Request) -> Response:
    return RedirectResponse("/pages/", 303)


async def _refuse(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if isinstance(error, Problem):
        return rendering.problem_page(request, error)
    problem = Problem(error.status_code, error.detail, headers=error.headers)
    return rendering.problem_page(request, problem)


async def _refuse_fields(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    return rendering.problem_page(request, forms.invalid(error.errors()))


async def _fail(request: Request, error: Exception) -> Response:
    """Answers; the framework raises the error again, so that the guard writes it into the log."""
    return rendering.problem_page(request, problems.failed(error))
