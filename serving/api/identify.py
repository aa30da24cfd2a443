"""Identification: whose signature it is among everybody who is enrolled, or nobody's."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from serving.api.answers import (
    Bounds,
    ModelName,
    SearchRates,
    as_json,
    bounds,
    model_name,
    search_rates,
)
from serving.api.caller import line, needs, service_of
from serving.api.forms import Files, Form, form, media_type, schema
from serving.api.problems import documented
from serving.api.service import Service
from serving.engine.identification import REVIEW, Candidate, Identification
from serving.engine.identification import identify as search
from serving.store.decision_rows import NewDecision
from serving.store.errors import Unknown
from serving.store.person import StoredImage
from serving.tracing import traces

router = APIRouter(prefix="/v1", tags=["decisions"])
FILES = {"image": Files()}
Limit = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Search(BaseModel):
    """The fields of a search."""

    model_config = ConfigDict(extra="forbid")

    policy: str | None = None
    largest_distance: Limit | None = None
    smallest_gap: Limit | None = None
    limit: int = Field(10, ge=1, le=100)


class PersonName(BaseModel):
    """A person."""

    id: str
    name: str


class CandidateAnswer(PersonName):
    """A person who may have signed.

    Attributes:
        distance: to the mean of the person's embeddings.
        llr: natural log-likelihood ratio against each kind of impostor.
    """

    distance: float
    llr: dict[str, float]
    references: int


class IdentificationAnswer(BaseModel):
    """The answer to a search.

    Attributes:
        person: who signed; null: nobody who is enrolled, or a person must decide.
        reason: `accepted`, `review`, `too_little_evidence`, `too_far`, `too_close_to_second` or
            `nobody_enrolled`.
        gap: how much farther the next nearest person is than the first candidate; null where
            nobody else is enrolled.
        limits: of the evidence, for a gallery of this size.
        measured: whether the error rates at these limits were measured.
        rates: these; null where they were not.
        candidates: the one with most evidence first.
    """

    person: PersonName | None
    reason: str
    distance: float | None
    gap: float | None
    largest_distance: float | None
    smallest_gap: float | None
    policy: str
    limits: Bounds | None
    measured: bool
    rates: SearchRates | None
    candidates: list[CandidateAnswer]
    enrolled: int
    decision_id: str
    model: ModelName


@router.post(
    "/identify",
    response_model=IdentificationAnswer,
    dependencies=[Depends(needs("identify"))],
    responses=documented(408, 415),
    openapi_extra=schema(Search, FILES, "image"),
)
def identify(
    request: Request, sent: Annotated[Form[Search], Depends(form(Search, FILES, "image"))]
) -> Response:
    """Searches everybody who is enrolled for the person whose signature `image` is."""
    return as_json(answer(request, sent))


def answer(request: Request, sent: Form[Search]) -> IdentificationAnswer:
    """Answers a search, keeps the decision and writes its line of the audit.

    Raises:
        Problem: it cannot be answered.
    """
    service, fields = service_of(request), sent.fields
    policy = service.require_policy(fields.policy)
    image = sent.files["image"][0]
    probe = service.embed_one(image, "image")
    with traces.span("search"):
        found = search(
            service.model,
            service.gallery.current(),
            probe,
            policy,
            fields.largest_distance,
            fields.smallest_gap,
            fields.limit,
        )
    candidates = _named(service, found.candidates)
    first = candidates[0] if candidates else None
    person = None
    if first is not None and first.id == found.person_id:
        person = PersonName(id=first.id, name=first.name)
    said = line(request, "identify", found.person_id, found.reason, model=True)
    decision_id = service.store.decisions.add(_kept(service, found, image), said)
    evidence = first.llr[service.model.decision.search_kind] if first is not None else None
    service.metrics.decided("identify", found.reason, evidence)
    return IdentificationAnswer(
        person=person,
        reason=found.reason,
        distance=first.distance if first is not None else None,
        gap=found.gap,
        largest_distance=fields.largest_distance,
        smallest_gap=fields.smallest_gap,
        policy=policy,
        limits=bounds(found.limits),
        measured=found.measured,
        rates=search_rates(found.rates),
        candidates=candidates,
        enrolled=found.enrolled,
        decision_id=decision_id,
        model=model_name(service),
    )


def _named(service: Service, candidates: list[Candidate]) -> list[CandidateAnswer]:
    """Returns candidates with their names, without those who were deleted meanwhile."""
    named = []
    for one in candidates:
        try:
            name = service.store.people.get(one.person_id).name
        except Unknown:
            continue
        named.append(
            CandidateAnswer(
                id=one.person_id,
                name=name,
                distance=one.distance,
                llr=dict(one.llr),
                references=one.references,
            )
        )
    return named


def _kept(service: Service, found: Identification, image: bytes) -> NewDecision:
    first = found.candidates[0] if found.candidates else None
    needs_review = found.reason == REVIEW
    keeps = needs_review and service.settings.keep_images
    claimed = found.person_id or (first.person_id if first and needs_review else None)
    return NewDecision(
        kind="identify",
        outcome=found.reason,
        space=service.model.space,
        model_version=service.model.version,
        person_id=claimed,
        policy=found.policy,
        llr=first.llr[service.model.decision.search_kind] if first else None,
        distance=first.distance if first else None,
        gap=found.gap,
        image=StoredImage(image, media_type(image)) if keeps else None,
        needs_review=needs_review,
    )
