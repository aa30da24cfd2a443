"""Verification: whether a signature is the claimed person's."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Request
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from serving.api.answers import Bounds, ModelName, Outcome, Rates, as_json, model_name, rates
from serving.api.caller import key_of, line, may, needs, service_of
from serving.api.forms import Files, Form, form, media_type, schema
from serving.api.person import identifier
from serving.api.problems import Problem, documented, unknown, unusable
from serving.api.service import Service
from serving.engine.verification import Verification
from serving.engine.verification import verify as decide
from serving.store.decision_rows import NewDecision
from serving.store.errors import Unknown, WrongSpace
from serving.store.evidence import Evidence as CountedEvidence
from serving.store.person import StoredImage
from serving.tracing import traces

router = APIRouter(prefix="/v1", tags=["decisions"])
FILES = {"image": Files(), "reference_images": Files(0, None)}
STRANGERS = 4
"""The number of references that a claim to be nobody is computed with."""
F32 = NDArray[np.float32]


class Claim(BaseModel):
    """The fields of a claim: a person's id, or reference images beside it."""

    model_config = ConfigDict(extra="forbid")

    person_id: str | None = None
    policy: str | None = None


class Distance(BaseModel):
    """The distance to a reference: of an id, or of a place among the reference images."""

    reference: str | None
    index: int
    distance: float


class MoreReferences(BaseModel):
    """The number of references that would help, and the share of genuine claims then accepted."""

    references: int
    accepted_now: float
    accepted_then: float


class Evidence(BaseModel):
    """All that a decision stands on.

    Attributes:
        llr: natural log-likelihood ratio of a genuine signature against each kind of impostor.
        grade: that against the kind that decided, in words.
        kind: of impostor that decided.
        evidence: what was held against the limits.
        nearest: index of the nearest reference.
        spread: mean distance among the references; null of one.
        rates: as measured on test, with the most references measured that the claim has or
            exceeds; null where they were not.
        rates_of_fewer: true where the rates are those of claims with fewer references than this
            one has: with so many none were measured.
    """

    llr: dict[str, float]
    grade: str
    kind: str
    evidence: float
    limits: Bounds
    references: int
    distances: list[Distance]
    nearest: int
    spread: float | None
    rates: Rates | None
    rates_of_fewer: bool
    more_references: MoreReferences | None


class VerificationAnswer(BaseModel):
    """The answer to a claim; keys that may not see people learn no evidence of a rejection."""

    decision: Outcome
    policy: str
    evidence: Evidence | None
    decision_id: str
    model: ModelName


@router.post(
    "/verify",
    response_model=VerificationAnswer,
    dependencies=[Depends(needs("verify"))],
    responses=documented(408, 409, 415),
    openapi_extra=schema(Claim, FILES, "image"),
)
def verify(
    request: Request, sent: Annotated[Form[Claim], Depends(form(Claim, FILES, "image"))]
) -> Response:
    """Decides whether the signature `image` is that of a person, or of who wrote the references.

    Give `person_id`, or `reference_images`, but not both.
    """
    return as_json(answer(request, sent))


def answer(request: Request, sent: Form[Claim]) -> VerificationAnswer:
    """Answers a claim, keeps the decision and writes its line of the audit.

    Raises:
        Problem: it cannot be answered.
    """
    service, fields, files = service_of(request), sent.fields, sent.files
    policy = service.require_policy(fields.policy)
    own = files["reference_images"]
    if (fields.person_id is None) == (not own):
        raise unusable("person_id", "give either person_id or reference_images")
    image = files["image"][0]
    sees_people = may(key_of(request), "people")
    is_known = True
    ids: list[str | None] = [None] * len(own)
    if own:
        names = [*(f"reference_images.{index}" for index in range(len(own))), "image"]
        *vectors, probe = service.embed_all([*own, image], names)
        references: F32 = np.stack(vectors)
    else:
        probe = service.embed_one(image, "image")
        known = _references(service, fields.person_id or "", sees_people)
        is_known = known is not None
        ids = [each[0] for each in known or ()]
        references = np.stack([each[1] for each in known]) if known else _strangers(probe)
    with traces.span("decision"):
        found = decide(service.model, references, probe, policy)
    if not is_known:
        found = found._replace(outcome="reject")
    person_id = fields.person_id if is_known else None
    kept = _kept(service, found, person_id, image, is_counted=is_known)
    said = line(request, "verify", person_id, found.outcome, model=True)
    decision_id = service.store.decisions.add(kept, said)
    service.metrics.decided("verify", found.outcome, found.llr[found.kind] if is_known else None)
    shown = sees_people or found.outcome != "reject"
    return VerificationAnswer.model_validate(
        {
            "decision": found.outcome,
            "policy": policy,
            "evidence": _evidence(found, ids) if shown else None,
            "decision_id": decision_id,
            "model": model_name(service),
        }
    )


def _references(
    service: Service, person_id: str, sees_people: bool
) -> list[tuple[str, F32]] | None:
    """Returns a person's references; None of nobody, where the key may not learn that.

    Raises:
        Problem: 404, there is no such person; 409, none of the references can be compared.
    """
    try:
        return service.store.people.vectors(identifier(person_id), service.model.space)
    except (Unknown, Problem):
        if sees_people:
            raise unknown("person") from None
    except WrongSpace:
        if sees_people:
            raise Problem(
                409, "the person's references are of another model: enrol new ones", "stale"
            ) from None
    return None


def _strangers(probe: F32) -> F32:
    """Returns references [k, D] of nobody, so that such a claim takes as long as any other."""
    return np.stack([np.roll(probe, shift) for shift in range(1, STRANGERS + 1)])


def _kept(
    service: Service, answer: Verification, person_id: str | None, image: bytes, is_counted: bool
) -> NewDecision:
    evidence = CountedEvidence(answer.kind, len(answer.distances), answer.evidence)
    needs_review = answer.outcome == "review"
    keeps = needs_review and service.settings.keep_images
    return NewDecision(
        kind="verify",
        outcome=answer.outcome,
        space=service.model.space,
        model_version=service.model.version,
        person_id=person_id,
        policy=answer.policy,
        llr=answer.llr[answer.kind],
        distance=answer.distances[answer.nearest],
        details={"grade": answer.grade, "kind": answer.kind, "evidence": answer.evidence},
        image=StoredImage(image, media_type(image)) if keeps else None,
        needs_review=needs_review,
        evidence=evidence if is_counted else None,
    )


def _evidence(answer: Verification, ids: list[str | None]) -> Evidence:
    names = [*ids, *[None] * (len(answer.distances) - len(ids))]
    distances = []
    for index, (name, distance) in enumerate(zip(names, answer.distances, strict=True)):
        distances.append(Distance(reference=name, index=index, distance=distance))
    more, measured = answer.more_references, answer.rates
    limits = answer.limits
    return Evidence(
        llr=dict(answer.llr),
        grade=answer.grade,
        kind=answer.kind,
        evidence=answer.evidence,
        limits=Bounds(low=limits.low, high=limits.high),
        references=len(answer.distances),
        distances=distances,
        nearest=answer.nearest,
        spread=answer.spread,
        rates=rates(measured),
        rates_of_fewer=measured is not None and measured.references < len(distances),
        more_references=MoreReferences(**more._asdict()) if more else None,
    )
