"""The review queue: what the model left to a person, and what that person decides."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from serving.api import decisions as api
from serving.api import people
from serving.api.caller import needs, service_of
from serving.api.decisions import DecisionAnswer, Review
from serving.api.forms import validate
from serving.api.person import PersonAnswer, identifier
from serving.api.problems import Problem, unknown
from serving.pages import pictures, rendering
from serving.pages.forms import Sent, reads
from serving.store.errors import Unknown

router = APIRouter(prefix="/review", dependencies=[Depends(needs("review"))])
PAGE = 25


class Waiting(NamedTuple):
    """A decision of the queue, and the name of whom it is about; None: nobody, or deleted."""

    decision: DecisionAnswer
    name: str | None


@router.get("")
def queue(
    request: Request,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    done: str | None = None,
) -> Response:
    """Shows the decisions that wait, the oldest first."""
    page = api.decisions(request, "review", PAGE, cursor)
    waiting = []
    for one in page.items:
        person = _person(request, one)
        waiting.append(Waiting(one, person.name if person else None))
    return rendering.page(request, "review", waiting=waiting, next=page.next, done=done)


@router.get("/{decision_id}")
def show(request: Request, decision_id: str) -> Response:
    """Shows a decision with what a person needs to decide it."""
    return _page(request, decision_id)


@router.post("/{decision_id}")
def decide(request: Request, decision_id: str, sent: Annotated[Sent, Depends(reads())]) -> Response:
    """Keeps what a person decides; of two at once the first counts."""
    try:
        review = validate(Review, sent.given("decision", "note"))
        api.review(request, decision_id, review)
    except Problem as problem:
        if problem.status_code not in (409, 422):
            raise
        return _page(request, decision_id, problem.status_code, problem)
    return RedirectResponse("/pages/review?done=reviewed", 303)


def _page(
    request: Request, decision_id: str, status: int = 200, problem: Problem | None = None
) -> Response:
    service = service_of(request)
    try:
        found = service.store.decisions.get(identifier(decision_id, "decision"))
        stored = service.store.decisions.image(decision_id)
    except Unknown:
        raise unknown("decision") from None
    decision = DecisionAnswer.model_validate(found, from_attributes=True)
    person = _person(request, decision)
    return rendering.page(
        request,
        "decision",
        status,
        decision=decision,
        details=found.details or {},
        person=person,
        questioned=None if stored is None else pictures.as_seen(service.embedder, stored.encoded),
        references=_pictures(request, person) if person else [],
        problem=problem,
    )


def _person(request: Request, decision: DecisionAnswer) -> PersonAnswer | None:
    if decision.person_id is None:
        return None
    try:
        return people.get(request, Response(), decision.person_id)
    except Problem:
        return None


def _pictures(request: Request, person: PersonAnswer) -> list[str]:
    """Returns the references whose images are kept, as the network sees them."""
    service = service_of(request)
    shown = []
    for reference in person.references:
        if reference.has_image:
            store = service.store.people
            picture = pictures.reference(service.embedder, store, person.id, reference.id)
            shown += [] if picture is None else [picture]
    return shown
