"""The page of identification: whose signature it is, nobody's being an answer."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from components.shared.verification import decision_file
from components.shared.verification.threshold import Threshold
from serving.api import identify as api
from serving.api.caller import needs, service_of
from serving.api.forms import Form, validate
from serving.api.identify import CandidateAnswer, IdentificationAnswer, Search
from serving.api.problems import Problem
from serving.api.service import Service
from serving.pages import drawings, pictures, rendering
from serving.pages.forms import Sent, reads

router = APIRouter(prefix="/identify", dependencies=[Depends(needs("identify"))])
FIELDS = ("policy", "largest_distance", "smallest_gap", "limit")
RULE = "identification"


class Ranked(NamedTuple):
    """A candidate as the answer shows one; `llr` is the evidence against other people."""

    place: int
    candidate: CandidateAnswer
    llr: float
    kind: str
    bar: float


@router.get("")
def ask(request: Request) -> Response:
    """Asks for a questioned signature, and for the limits of the answer."""
    return _ask(request, _preset(service_of(request)))


@router.post("")
def identify(request: Request, sent: Annotated[Sent, Depends(reads("image"))]) -> Response:
    """Answers a search."""
    try:
        fields = validate(Search, sent.given(*FIELDS))
        image = sent.one("image")
        answer = api.answer(request, Form(fields, {"image": [image]}))
    except Problem as problem:
        return _ask(request, sent.texts, problem.status_code, problem=problem)
    service = service_of(request)
    return rendering.page(
        request,
        "identified",
        answer=answer,
        ranking=_ranking(service, answer),
        longest=_longest(answer),
        questioned=pictures.as_seen(service.embedder, image),
    )


def _ask(
    request: Request, texts: dict[str, str], status: int = 200, problem: Problem | None = None
) -> Response:
    service = service_of(request)
    return rendering.page(
        request,
        "identify",
        status,
        texts=texts,
        enrolled=len(service.gallery.current()),
        policy=service.policy,
        policies=service.model.policies,
        problem=problem,
    )


def _preset(service: Service) -> dict[str, str]:
    """Returns the limits that val chose for searches by distance; none where it chose none."""
    rule = _rule(service)
    if rule is None:
        return {}
    preset = {"largest_distance": f"{rule.threshold:.4g}"}
    if rule.smallest_gap is not None:
        preset["smallest_gap"] = f"{rule.smallest_gap:.4g}"
    return preset


def _rule(service: Service) -> Threshold | None:
    """Returns the rule of identification with most references in the bundle, or None."""
    thresholds = decision_file.read(service.model.folder).thresholds
    rules = [row for row in thresholds if row.kind == RULE]
    return max(rules, key=lambda row: row.references, default=None)


def _ranking(service: Service, answer: IdentificationAnswer) -> list[Ranked]:
    kind = service.model.decision.search_kind
    distances = [one.distance for one in answer.candidates]
    lengths = drawings.bars(distances, answer.largest_distance)
    ranking = []
    for place, (one, length) in enumerate(zip(answer.candidates, lengths, strict=True), 1):
        ranking.append(Ranked(place, one, one.llr[kind], kind, length))
    return ranking


def _longest(answer: IdentificationAnswer) -> float | None:
    """Returns where the largest distance lies among the bars, in per cent; None: there is none."""
    if answer.largest_distance is None:
        return None
    distances = [one.distance for one in answer.candidates]
    return drawings.bars([answer.largest_distance, *distances])[0]
