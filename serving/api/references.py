"""References of a person: add and remove."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from serving.api import enrolment
from serving.api.caller import line, needs, service_of
from serving.api.forms import Files, Form, form, schema
from serving.api.once import CREATED, NO_CONTENT, OwnKey, keep, once
from serving.api.person import Enrolled, NewReferences, enrolled, identifier
from serving.api.problems import Problem, documented, unknown
from serving.store.errors import LastReference, SameImage, Unknown
from serving.store.idempotency import RepeatableRequest

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
    idempotency_key: OwnKey = None,
) -> Response:
    """Adds references. Images that cannot carry a decision are left out, and said."""
    images = sent.files["images"]
    work = partial(add, request, person_id, images)
    return once(request, work, sent.fields, images, CREATED)


def add(
    request: Request,
    person_id: str,
    images: Sequence[bytes],
    repeatable: RepeatableRequest | None = None,
) -> Enrolled:
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
        with service.store.transactions.begin(repeatable) as transaction:
            person = people.add_references(person_id, examined.references, within=transaction)
            told = f"{len(examined.references)} references"
            transaction.note(line(request, "add", person.id, told, model=True))
            answer = enrolled(person, examined.rejected, service, transaction)
            keep(transaction, answer, person.id, CREATED)
    except Unknown:
        raise unknown("person") from None
    except SameImage as error:
        raise examined.same_image(error) from None
    return answer


@router.delete(
    "/{person_id}/references/{reference_id}",
    status_code=NO_CONTENT,
    response_class=Response,
    dependencies=PEOPLE,
    responses=documented(409),
)
def remove_reference(
    request: Request, person_id: str, reference_id: str, idempotency_key: OwnKey = None
) -> Response:
    """Removes a reference with its embeddings and its image; the last one stays."""
    work = partial(_remove, request, identifier(person_id), identifier(reference_id, "reference"))
    return once(request, work, status=NO_CONTENT)


def _remove(
    request: Request, person_id: str, reference_id: str, repeatable: RepeatableRequest | None
) -> None:
    store = service_of(request).store
    try:
        with store.transactions.begin(repeatable) as transaction:
            store.people.remove_reference(person_id, reference_id, within=transaction)
            transaction.note(line(request, "remove", person_id, "1 reference"))
            keep(transaction, None, person_id, NO_CONTENT)
    except Unknown:
        raise unknown("person or reference") from None
    except LastReference:
        raise Problem(
            409, "a person has at least one reference: add another first", "last-reference"
        ) from None
