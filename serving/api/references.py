"""References of a person: add and remove."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from serving.api import enrolment
from serving.api.caller import needs, note, service_of
from serving.api.forms import Files, Form, form, schema
from serving.api.once import HEADER, Done, once
from serving.api.person import Enrolled, NewReferences, enrolled, identifier
from serving.api.problems import Problem, documented, unknown
from serving.store.errors import LastReference, SameImage, Unknown

router = APIRouter(prefix="/v1/people", tags=["people"])
IMAGES = {"images": Files(1, None)}
PEOPLE = [Depends(needs("people"))]


@router.post(
    "/{person_id}/references",
    status_code=201,
    response_model=Enrolled,
    dependencies=PEOPLE,
    responses=documented(408, 409, 415),
    openapi_extra=schema(NewReferences, IMAGES),
)
def add_references(
    request: Request,
    person_id: str,
    sent: Annotated[Form[NewReferences], Depends(form(NewReferences, IMAGES))],
    idempotency_key: Annotated[str | None, Header(alias=HEADER)] = None,
) -> Response:
    """Adds references. Images that cannot carry a decision are left out, and said."""
    images = sent.files["images"]

    def work() -> Done:
        answer = add(request, person_id, images)
        return Done(answer, answer.id)

    return once(request, sent.fields, images, work)


def add(request: Request, person_id: str, images: Sequence[bytes]) -> Enrolled:
    """Adds the images that can carry a decision to a person's references.

    Raises:
        Problem: 404, there is no such person; 422, no image can; 409, an image is known; 503, too
            many are under way.
    """
    service, person_id = service_of(request), identifier(person_id)
    people = service.store.people
    try:
        people.get(person_id)
        examined = enrolment.examine(service, images)
        person = people.add_references(person_id, examined.references)
    except Unknown:
        raise unknown("person") from None
    except SameImage as error:
        raise examined.same_image(error) from None
    note(request, "add", person.id, f"{len(examined.references)} references", model=True)
    return enrolled(person, examined.rejected, service)


@router.delete(
    "/{person_id}/references/{reference_id}",
    status_code=204,
    dependencies=PEOPLE,
    responses=documented(409),
)
def remove_reference(request: Request, person_id: str, reference_id: str) -> None:
    """Removes a reference with its embeddings and its image; the last one stays."""
    try:
        service_of(request).store.people.remove_reference(
            identifier(person_id), identifier(reference_id, "reference")
        )
    except Unknown:
        raise unknown("person or reference") from None
    except LastReference:
        raise Problem(
            409, "a person has at least one reference: add another first", "last-reference"
        ) from None
    note(request, "remove", person_id, "1 reference")
