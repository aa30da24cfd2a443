"""Decisions that were left to a person, and what that person decides."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from serving.api.caller import key_of, line, needs, service_of
from serving.api.once import OwnKey, keep, once
from serving.api.person import identifier
from serving.api.problems import Problem, documented, unknown
from serving.store.decisions import Decision
from serving.store.errors import NotOpen, Unknown
from serving.store.idempotency import RepeatableRequest

router = APIRouter(prefix="/v1/decisions", tags=["decisions"])
REVIEW = [Depends(needs("review"))]


class DecisionAnswer(BaseModel):
    """A decision as it is kept; `reviewed_as` is what a person decided."""

    id: str
    kind: str
    outcome: str
    person_id: str | None
    policy: str | None
    llr: float | None
    distance: float | None
    gap: float | None
    model_version: str
    has_image: bool
    status: Literal["final", "review", "reviewed"]
    reviewed_as: str | None
    reviewed: datetime | None
    note: str | None
    created: datetime


class DecisionsPage(BaseModel):
    """Decisions, the oldest first, and the cursor of the next page (null: it is the last)."""

    items: list[DecisionAnswer]
    next: str | None


class Review(BaseModel):
    """The decision of a person, and why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    decision: Literal["accept", "reject"]
    note: Annotated[str, StringConstraints(max_length=2000)] | None = None


@router.get("", dependencies=REVIEW, responses=documented())
def decisions(
    request: Request,
    status: Annotated[Literal["final", "review", "reviewed"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
) -> DecisionsPage:
    """Lists decisions; those of status `review` wait for a person."""
    try:
        page = service_of(request).store.decisions.list(limit, cursor, status)
    except Unknown:
        raise unknown("page") from None
    return DecisionsPage(items=[_answer(one) for one in page.items], next=page.next)


@router.post(
    "/{decision_id}",
    response_model=DecisionAnswer,
    dependencies=REVIEW,
    responses=documented(408, 409),
)
def review(
    request: Request, decision_id: str, sent: Review, idempotency_key: OwnKey = None
) -> Response:
    """Decides what the model left open; of two at once the first counts."""
    return once(request, partial(_review, request, decision_id, sent), sent)


def _review(
    request: Request, decision_id: str, sent: Review, repeatable: RepeatableRequest | None
) -> DecisionAnswer:
    store = service_of(request).store
    try:
        with store.transactions.begin(repeatable) as transaction:
            decision = store.decisions.decide(
                identifier(decision_id, "decision"),
                sent.decision,
                sent.note,
                key_of(request).id,
                within=transaction,
            )
            transaction.note(line(request, "review", decision.person_id, sent.decision))
            answer = _answer(decision)
            keep(transaction, answer, decision.person_id)
    except Unknown:
        raise unknown("decision") from None
    except NotOpen:
        raise Problem(409, "this decision waits for no review", "not-open") from None
    return answer


def _answer(decision: Decision) -> DecisionAnswer:
    return DecisionAnswer.model_validate(decision, from_attributes=True)
