"""The model that answers, as its bundle describes it."""

from typing import Any

from fastapi import APIRouter, Depends, Request

from serving.api.answers import ModelName, Rates, rates
from serving.api.caller import needs, service_of
from serving.api.problems import documented

router = APIRouter(prefix="/v1", tags=["model"])


class ModelAnswer(ModelName):
    """The model that answers.

    Attributes:
        dimension: of an embedding.
        policies: that a request may name; the one of the others is `policy`.
        rates: error rates as measured on test.
        calibration: what its decision was calibrated on since, if it was.
        card: the model card, Markdown.
    """

    dimension: int
    policy: str
    policies: list[str]
    rates: list[Rates]
    calibration: dict[str, Any] | None
    card: str


@router.get("/model", dependencies=[Depends(needs("model"))], responses=documented())
def model(request: Request) -> ModelAnswer:
    """Describes the model: its card, its policies and its measured error rates."""
    service = service_of(request)
    found = service.model
    calibration = found.calibration
    return ModelAnswer(
        version=found.version,
        space=found.space,
        format=found.format,
        dimension=found.dimension,
        policy=service.policy,
        policies=found.policies,
        rates=[shown for shown in map(rates, found.rates) if shown is not None],
        calibration=None if calibration is None else dict(calibration),
        card=found.card,
    )
