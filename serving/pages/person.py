"""The page of a person: references, name, export and deletion."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from serving.api import people, references
from serving.api.caller import needs, service_of
from serving.api.forms import validate
from serving.api.person import PersonChange
from serving.api.problems import Problem, unusable
from serving.pages import addresses, pictures, rendering
from serving.pages.forms import Sent, reads
from serving.pages.language import marked

router = APIRouter(prefix="/people/{person_id}")
PEOPLE = [Depends(needs("people"))]
OWN_STATUSES = (409, 412, 422)
"""Of refusals that are told beside the form, so that it can be mended."""
OTHER_NAME = marked("this is not the person's name")


@router.get("", dependencies=PEOPLE)
def show(request: Request, person_id: str, done: str | None = None) -> Response:
    """Shows a person."""
    return _page(request, person_id, done=done)


@router.post("/references", dependencies=PEOPLE)
def add(
    request: Request, person_id: str, sent: Annotated[Sent, Depends(reads("images"))]
) -> Response:
    """Adds references, and tells which images are none."""
    try:
        enrolled = references.add(request, person_id, sent.some("images"))
    except Problem as problem:
        return _refused(request, person_id, problem)
    if not enrolled.rejected:
        return _back(person_id, "added")
    return _page(request, person_id, done="added", rejected=enrolled.rejected)


@router.post("/references/{reference_id}/remove", dependencies=PEOPLE)
def remove(request: Request, person_id: str, reference_id: str) -> Response:
    """Removes a reference; the last one stays."""
    try:
        references.remove_reference(request, person_id, reference_id)
    except Problem as problem:
        return _refused(request, person_id, problem)
    return _back(person_id, "removed")


@router.post("/change", dependencies=PEOPLE)
def change(request: Request, person_id: str, sent: Annotated[Sent, Depends(reads())]) -> Response:
    """Renames a person, or changes the external id, unless somebody did so meanwhile."""
    names = {name: sent.text(name) for name in ("name", "external_id")}
    try:
        fields = validate(PersonChange, names)
        people.change(request, Response(), person_id, fields, f'"{sent.text("revision")}"')
    except Problem as problem:
        return _refused(request, person_id, problem)
    return _back(person_id, "changed")


@router.post("/delete", dependencies=PEOPLE)
def delete(request: Request, person_id: str, sent: Annotated[Sent, Depends(reads())]) -> Response:
    """Deletes a person whose name was typed."""
    name = people.get(request, Response(), person_id).name
    if " ".join(sent.text("name").split()) != " ".join(name.split()):
        return _refused(request, person_id, unusable("name", OTHER_NAME))
    people.delete(request, person_id)
    return RedirectResponse("/pages/people?done=deleted", 303)


@router.get("/export", dependencies=[Depends(needs("export"))])
def export(request: Request, person_id: str) -> Response:
    """Hands out all that is kept of a person, as a zip."""
    return people.export(request, person_id)


def _back(person_id: str, done: str) -> Response:
    return RedirectResponse(f"{addresses.person(person_id)}?done={done}", 303)


def _refused(request: Request, person_id: str, problem: Problem) -> Response:
    if problem.status_code not in OWN_STATUSES:
        raise problem
    return _page(request, person_id, problem.status_code, problem=problem)


def _page(request: Request, person_id: str, status: int = 200, **content: Any) -> Response:
    service = service_of(request)
    person = people.get(request, Response(), person_id)
    shown = []
    for reference in person.references:
        picture = None
        if reference.has_image:
            store = service.store.people
            picture = pictures.reference(service.embedder, store, person.id, reference.id)
        shown.append((reference, picture))
    values: dict[str, Any] = {"rejected": [], "person": person, "references": shown} | content
    return rendering.page(request, "person", status, **values)
