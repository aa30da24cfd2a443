"""People: enrol, search, rename, delete and export."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from serving.api import enrolment
from serving.api.caller import line, needs, note, service_of
from serving.api.forms import Files, Form, form, schema
from serving.api.once import CREATED, NO_CONTENT, OwnKey, keep, once
from serving.api.person import (
    Enrolled,
    NewPerson,
    PeoplePage,
    PersonAnswer,
    PersonChange,
    PersonDetails,
    details,
    enrolled,
    identifier,
    outdated,
    tag,
    taken,
)
from serving.api.person import answer as person_answer
from serving.api.person import revision as revision_of
from serving.api.problems import documented, unknown
from serving.store.errors import Outdated, SameImage, Taken, Unknown
from serving.store.idempotency import RepeatableRequest

router = APIRouter(prefix="/v1/people", tags=["people"])
IMAGES = {"images": Files(1, None)}
PEOPLE = [Depends(needs("people"))]


@router.post(
    "",
    status_code=201,
    response_model=Enrolled,
    dependencies=PEOPLE,
    responses=documented(408, 409, 415),
    openapi_extra=schema(NewPerson, IMAGES),
)
def create(
    request: Request,
    sent: Annotated[Form[NewPerson], Depends(form(NewPerson, IMAGES))],
    idempotency_key: OwnKey = None,
) -> Response:
    """Enrols a person. Images that cannot carry a decision are left out, and said."""
    fields, images = sent.fields, sent.files["images"]
    work = partial(enrol, request, fields, images)
    return once(request, work, fields, images, CREATED)


def enrol(
    request: Request,
    fields: NewPerson,
    images: Sequence[bytes],
    repeatable: RepeatableRequest | None = None,
) -> Enrolled:
    """Enrols a person by the images that can carry a decision.

    Raises:
        Problem: 422, no image can; 409, the name or an image is known; 503, too many are under way.
    """
    service = service_of(request)
    examined = enrolment.examine(service, images)
    with service.store.transactions.begin(repeatable) as transaction:
        try:
            person = service.store.people.create(
                fields.name,
                examined.references,
                fields.external_id or None,
                fields.consent,
                within=transaction,
            )
        except Taken as error:
            raise taken(error) from None
        except SameImage as error:
            raise examined.same_image(error) from None
        told = f"{len(person.references)} references"
        transaction.note(line(request, "enrol", person.id, told, model=True))
        answer = enrolled(person, examined.rejected, service, transaction)
        keep(transaction, answer, person.id, CREATED)
    return answer


@router.get("", dependencies=PEOPLE, responses=documented())
def search(
    request: Request,
    query: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
) -> PeoplePage:
    """Finds people by a part of the name or the external id, in the order of enrolment."""
    try:
        page = service_of(request).store.people.search(query, limit, cursor)
    except Unknown:
        raise unknown("page") from None
    return PeoplePage(items=[person_answer(person) for person in page.items], next=page.next)


@router.get("/{person_id}", dependencies=PEOPLE, responses=documented())
def get(request: Request, response: Response, person_id: str) -> PersonDetails:
    """Shows a person. The header ETag is what a change must name."""
    service = service_of(request)
    try:
        person = service.store.people.get(identifier(person_id))
    except Unknown:
        raise unknown("person") from None
    response.headers["ETag"] = tag(person)
    return details(person, service)


@router.patch("/{person_id}", dependencies=PEOPLE, responses=documented(408, 409, 412, 428))
def change(
    request: Request,
    response: Response,
    person_id: str,
    sent: PersonChange,
    if_match: Annotated[str | None, Header()] = None,
) -> PersonAnswer:
    """Renames a person or changes the external id; `If-Match` names the ETag that was read."""
    store, person_id = service_of(request).store, identifier(person_id)
    try:
        revision = revision_of(if_match, store.people.get(person_id))
        with store.transactions.begin() as transaction:
            person = store.people.update(
                person_id, revision, sent.name, sent.external_id, within=transaction
            )
            transaction.note(line(request, "change", person.id, "changed"))
    except Unknown:
        raise unknown("person") from None
    except Outdated:
        raise outdated() from None
    except Taken as error:
        raise taken(error) from None
    response.headers["ETag"] = tag(person)
    return person_answer(person)


@router.delete(
    "/{person_id}",
    status_code=NO_CONTENT,
    response_class=Response,
    dependencies=PEOPLE,
    responses=documented(409),
)
def delete(request: Request, person_id: str, idempotency_key: OwnKey = None) -> Response:
    """Deletes a person and all that is kept of them; the audit keeps that it was done."""
    return once(request, partial(_delete, request, person_id), status=NO_CONTENT)


def _delete(request: Request, person_id: str, repeatable: RepeatableRequest | None) -> None:
    store = service_of(request).store
    with store.transactions.begin(repeatable) as transaction:
        try:
            store.people.delete(identifier(person_id), within=transaction)
        except Unknown:
            raise unknown("person") from None
        transaction.note(line(request, "delete", person_id, "deleted"))
        keep(transaction, None, status=NO_CONTENT)


@router.get(
    "/{person_id}/export",
    dependencies=[Depends(needs("export"))],
    response_class=Response,
    responses=documented() | {200: {"content": {"application/zip": {}}}},
)
def export(request: Request, person_id: str) -> Response:
    """Hands out all that is kept of a person, embeddings included, as a zip."""
    try:
        content = service_of(request).store.people.export(identifier(person_id))
    except Unknown:
        raise unknown("person") from None
    note(request, "export", person_id, "exported")
    headers = {"Content-Disposition": f'attachment; filename="{person_id}.zip"'}
    return Response(content, headers=headers, media_type="application/zip")
