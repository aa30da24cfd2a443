"""The page of verification: a person, a questioned signature, and the answer with its reasons."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from components.shared.verification import distributions
from serving.api import people
from serving.api import verify as api
from serving.api.answers import Rates, rates
from serving.api.caller import key_of, may, needs, service_of
from serving.api.forms import Form, validate
from serving.api.person import PersonAnswer
from serving.api.problems import Problem
from serving.api.verify import Claim, Evidence
from serving.pages import drawings, pictures, rendering
from serving.pages.forms import Sent, reads

router = APIRouter(prefix="/verify", dependencies=[Depends(needs("verify"))])
FOUND = 20


class Compared(NamedTuple):
    """A reference as the answer shows it; `picture` None: its image is not kept."""

    number: int
    distance: float
    bar: float
    is_nearest: bool
    picture: str | None


@router.get("")
def ask(
    request: Request,
    person: str = "",
    query: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Asks for a person, found by a part of the name, and a questioned signature."""
    claimed = None
    if person and may(key_of(request), "people"):
        claimed = people.get(request, Response(), person)
    return _ask(request, claimed, query=query.strip())


@router.post("")
def verify(
    request: Request, sent: Annotated[Sent, Depends(reads("image", "reference_images"))]
) -> Response:
    """Answers a claim."""
    claimed = None
    own = sent.files["reference_images"]
    try:
        fields = validate(Claim, sent.given("person_id", "policy"))
        if fields.person_id and may(key_of(request), "people"):
            claimed = people.get(request, Response(), fields.person_id)
        image = sent.one("image")
        if fields.person_id is None:
            own = sent.some("reference_images")
        files = {"image": [image], "reference_images": own}
        answer = api.answer(request, Form(fields, files))
    except Problem as problem:
        return _ask(request, claimed, problem.status_code, problem=problem, texts=sent.texts)
    service = service_of(request)
    evidence = answer.evidence
    return rendering.page(
        request,
        "verified",
        answer=answer,
        evidence=evidence,
        person=claimed,
        questioned=pictures.as_seen(service.embedder, image),
        compared=_compared(request, evidence, claimed, own) if evidence else [],
        scale=drawings.scale(evidence.evidence, evidence.limits) if evidence else None,
        plot=_plot(request, evidence) if evidence else None,
        other_rates=_other_rates(request, evidence) if evidence else [],
    )


def _ask(
    request: Request,
    claimed: PersonAnswer | None,
    status: int = 200,
    problem: Problem | None = None,
    query: str = "",
    texts: dict[str, str] | None = None,
) -> Response:
    service = service_of(request)
    found = None
    if query and may(key_of(request), "people"):
        found = people.search(request, query, FOUND)
    return rendering.page(
        request,
        "verify",
        status,
        person=claimed,
        query=query,
        found=found,
        texts=texts or {},
        policy=service.policy,
        policies=service.model.policies,
        most=service.settings.max_files,
        problem=problem,
    )


def _compared(
    request: Request, evidence: Evidence, person: PersonAnswer | None, own: list[bytes]
) -> list[Compared]:
    """Returns the references with their part in the answer.

    Stored images are shown to those alone who may see people.
    """
    embedder, store = service_of(request).embedder, service_of(request).store.people
    lengths = drawings.bars([one.distance for one in evidence.distances])
    compared = []
    for one, length in zip(evidence.distances, lengths, strict=True):
        picture = None
        if one.reference is None:
            picture = pictures.as_seen(embedder, own[one.index])
        elif person is not None:
            picture = pictures.reference(embedder, store, person.id, one.reference)
        is_nearest = one.index == evidence.nearest
        compared.append(Compared(one.index + 1, one.distance, length, is_nearest, picture))
    return compared


def _plot(request: Request, evidence: Evidence) -> drawings.Plot | None:
    """Returns the plot of where evidence lay on test; None where the bundle does not say."""
    rows = service_of(request).model.distributions
    measured = distributions.lookup(rows, evidence.kind, evidence.references)
    return None if measured is None else drawings.plot(measured, evidence.evidence)


def _other_rates(request: Request, evidence: Evidence) -> list[Rates]:
    """Returns the rates against the other kinds of impostors, of the same policy and number."""
    own = evidence.rates
    if own is None:
        return []
    shown = [rates(row) for row in service_of(request).model.rates]
    return [
        row
        for row in shown
        if row is not None
        and row.kind != own.kind
        and (row.policy, row.references) == (own.policy, own.references)
    ]
