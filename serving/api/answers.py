"""Parts that several answers have."""

from typing import Literal

from pydantic import BaseModel
from starlette.responses import Response

from components.shared.verification import identification_rates
from components.shared.verification.decision_limits import Limits
from components.shared.verification.measured_rates import MeasuredRates, Rate
from serving.api.service import Service

Outcome = Literal["accept", "review", "reject"]


class ModelName(BaseModel):
    """The model that answered.

    Attributes:
        version: the sha256 of the bundle's manifest.
        format: of its network: `onnx` in float32, or `int8`.
    """

    version: str
    space: str
    format: str


class Interval(BaseModel):
    """A measured share with the ends of its 95 % interval, where it has one."""

    value: float
    low: float | None
    high: float | None


class Rates(BaseModel):
    """Error rates that were measured on other people than the ones of this service.

    Attributes:
        references: how many a claim had when it was measured.
        far: share of impostors' claims that were accepted.
        frr: share of genuine claims that were rejected.
        identities: number of people that these figures stand on.
        comparisons: number of claims that these figures stand on.
    """

    kind: str
    policy: str
    references: int
    far: Interval
    frr: Interval
    genuine_reviewed: Interval
    impostors_reviewed: Interval
    identities: int
    comparisons: int


class SearchRates(BaseModel):
    """Error rates of searches that were measured on other people than the ones of this service.

    Attributes:
        references: how many each enrolled person had when it was measured.
        gallery_size: number of people who were enrolled then, as many as here or more: a smaller
            gallery errs no more often.
        fpir: share of the searches for strangers that were given a person.
        fnir: share of the searches for enrolled people that missed theirs.
        strangers_reviewed: share of the searches for strangers that were left to a person.
        enrolled_reviewed: share of the searches for enrolled people that were left to a person.
        identities: number of people that these figures stand on.
        probes: number of their images that were searched for.
    """

    policy: str
    references: int
    gallery_size: int
    fpir: Interval
    fnir: Interval
    strangers_reviewed: Interval
    enrolled_reviewed: Interval
    identities: int
    probes: int


class Bounds(BaseModel):
    """Limits of the evidence: below `low` is rejected, from `high` on accepted."""

    low: float
    high: float


def as_json(answer: BaseModel) -> Response:
    """Returns an answer as it is sent; the framework would write it in another thread's turn."""
    return Response(answer.model_dump_json(), media_type="application/json")


def model_name(service: Service) -> ModelName:
    """Returns the name of the model that answers."""
    model = service.model
    return ModelName(version=model.version, space=model.space, format=model.format)


def rates(found: MeasuredRates | None) -> Rates | None:
    """Returns measured rates as an answer shows them."""
    if found is None:
        return None
    return Rates(
        kind=found.kind,
        policy=found.policy,
        references=found.references,
        far=_interval(found.far),
        frr=_interval(found.frr),
        genuine_reviewed=_interval(found.genuine_reviewed),
        impostors_reviewed=_interval(found.impostors_reviewed),
        identities=found.n_identities,
        comparisons=found.n_comparisons,
    )


def search_rates(found: identification_rates.SearchRates | None) -> SearchRates | None:
    """Returns measured rates of searches as an answer shows them."""
    if found is None:
        return None
    return SearchRates(
        policy=found.policy,
        references=found.references,
        gallery_size=found.gallery_size,
        fpir=_interval(found.fpir),
        fnir=_interval(found.fnir),
        strangers_reviewed=_interval(found.strangers_reviewed),
        enrolled_reviewed=_interval(found.enrolled_reviewed),
        identities=found.n_identities,
        probes=found.n_probes,
    )


def bounds(limits: Limits | None) -> Bounds | None:
    """Returns limits as an answer shows them."""
    return None if limits is None else Bounds(low=limits.low, high=limits.high)


def _interval(rate: Rate) -> Interval:
    return Interval(value=rate.value, low=rate.low, high=rate.high)
