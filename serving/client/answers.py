"""Answers of the service as a client sees them: `docs/openapi.json` says more of each."""

from typing import Any, Literal, TypedDict

Outcome = Literal["accept", "review", "reject"]


class Person(TypedDict):
    """A person who is enrolled; `stale`: no reference can be compared by the present model."""

    id: str
    name: str
    external_id: str | None
    consent: str | None
    references: list[dict[str, Any]]
    state: Literal["ready", "stale"]
    created: str
    updated: str
    revision: int


class RejectedImage(TypedDict):
    """An image that was not enrolled, by its place among those that were sent."""

    index: int
    reason: str


class Enrolled(Person):
    """A person with new references, and the images that are none."""

    rejected: list[RejectedImage]
    space: str


class Evidence(TypedDict):
    """All that a decision stands on; `llr` are natural log-likelihood ratios by impostor's kind."""

    llr: dict[str, float]
    grade: str
    kind: str
    evidence: float
    limits: dict[str, float]
    references: int
    distances: list[dict[str, Any]]
    nearest: int
    spread: float | None
    rates: dict[str, Any] | None
    rates_of_fewer: bool
    more_references: dict[str, Any] | None


class Verification(TypedDict):
    """The answer to a claim; without its evidence where the key may not learn it."""

    decision: Outcome
    policy: str
    evidence: Evidence | None
    decision_id: str
    model: dict[str, str]


class PersonName(TypedDict):
    """A person."""

    id: str
    name: str


class Candidate(PersonName):
    """A person who may have signed."""

    distance: float
    llr: dict[str, float]
    references: int


class Identification(TypedDict):
    """The answer to a search; `person` is null where it is nobody, or left to a person."""

    person: PersonName | None
    reason: str
    distance: float | None
    gap: float | None
    policy: str
    candidates: list[Candidate]
    enrolled: int
    decision_id: str
    model: dict[str, str]


class Decision(TypedDict):
    """A decision as it is kept; `reviewed_as` is what a person decided."""

    id: str
    kind: str
    outcome: str
    person_id: str | None
    policy: str | None
    llr: float | None
    status: Literal["final", "review", "reviewed"]
    reviewed_as: str | None
    note: str | None
    created: str


class Model(TypedDict):
    """The model that answers."""

    version: str
    space: str
    dimension: int
    policy: str
    policies: list[str]
    rates: list[dict[str, Any]]
    card: str
