"""The page of enrolment."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from serving.api import people
from serving.api.caller import needs, service_of
from serving.api.forms import validate
from serving.api.person import NewPerson
from serving.api.problems import Problem
from serving.pages import rendering
from serving.pages.forms import Sent, reads

router = APIRouter(prefix="/enrol", dependencies=[Depends(needs("people"))])


@router.get("")
def ask(request: Request) -> Response:
    """Asks for a person's name and signatures."""
    return _page(request, {})


@router.post("")
def enrol(request: Request, sent: Annotated[Sent, Depends(reads("images"))]) -> Response:
    """Enrols a person, and tells which images are no references, and why."""
    try:
        values = {"name": sent.text("name")} | sent.given("external_id", "consent")
        fields = validate(NewPerson, values)
        person = people.enrol(request, fields, sent.some("images"))
    except Problem as problem:
        return _page(request, sent.texts, problem.status_code, problem=problem)
    return rendering.page(request, "enrolled", 201, person=person)


def _page(
    request: Request, texts: dict[str, str], status: int = 200, problem: Problem | None = None
) -> Response:
    most = service_of(request).settings.max_files
    return rendering.page(request, "enrol", status, texts=texts, most=most, problem=problem)
