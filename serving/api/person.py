"""A person as requests and answers show one."""

from datetime import datetime
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, StringConstraints

from components.shared.data.quality import find_stray_reference
from serving.api.enrolment import RejectedImage
from serving.api.forms import UUID
from serving.api.problems import Problem, unknown
from serving.api.service import Service
from serving.store.errors import Taken, WrongSpace
from serving.store.person import Person
from serving.store.transactions import Transaction

Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]
ExternalId = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class NewPerson(BaseModel):
    """The fields of an enrolment."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    external_id: ExternalId | None = None
    consent: Annotated[str, StringConstraints(max_length=2000)] | None = None


class NewReferences(BaseModel):
    """The fields of a request for more references: none."""

    model_config = ConfigDict(extra="forbid")


class PersonChange(BaseModel):
    """A new name or external id; an empty external id removes it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name | None = None
    external_id: ExternalId | None = None


class ReferenceAnswer(BaseModel):
    """A reference, without its embedding."""

    id: str
    created: datetime
    has_image: bool


class PersonAnswer(BaseModel):
    """A person; `stale`: no reference can be compared by the present model."""

    id: str
    name: str
    external_id: str | None
    consent: str | None
    references: list[ReferenceAnswer]
    state: Literal["ready", "stale"]
    created: datetime
    updated: datetime
    revision: int


class PersonDetails(PersonAnswer):
    """A person; `stray_reference`: of at least four, the one unlike the others, to be looked at."""

    stray_reference: str | None


class Enrolled(PersonDetails):
    """A person with new references; `rejected` tells which images are none, and why."""

    rejected: list[RejectedImage]
    space: str


class PeoplePage(BaseModel):
    """People, and the cursor of the next page (null: it is the last)."""

    items: list[PersonAnswer]
    next: str | None


def identifier(text: str, what: str = "person") -> str:
    """Returns an id that may be one.

    Raises:
        Problem: 404, no id looks like this.
    """
    if not UUID.fullmatch(text):
        raise unknown(what)
    return text


def answer(person: Person) -> PersonAnswer:
    """Returns a person as an answer shows one."""
    return PersonAnswer(**_fields(person))


def details(person: Person, service: Service) -> PersonDetails:
    """Returns a person with the reference that is unlike the others."""
    return PersonDetails(**_fields(person), stray_reference=stray_reference(person, service))


def enrolled(
    person: Person, rejected: list[RejectedImage], service: Service, within: Transaction
) -> Enrolled:
    """Returns a person of a transaction, with the images that are no references."""
    return Enrolled(
        **_fields(person),
        stray_reference=stray_reference(person, service, within),
        rejected=rejected,
        space=service.model.space,
    )


def stray_reference(
    person: Person, service: Service, within: Transaction | None = None
) -> str | None:
    """Returns the id of the reference that lies far from the others of its person, if any does."""
    try:
        known = service.store.people.vectors(person.id, service.model.space, within)
    except WrongSpace:
        return None
    found = find_stray_reference(np.stack([vector for _, vector in known]))
    return None if found is None else known[found][0]


def _fields(person: Person) -> dict[str, object]:
    references = [ReferenceAnswer(**each._asdict()) for each in person.references]
    return {**vars(person), "references": references}


def tag(person: Person) -> str:
    """Returns the ETag of a person."""
    return f'"{person.revision}"'


def revision(if_match: str | None, person: Person) -> int:
    """Returns the revision that a change is made of.

    Raises:
        Problem: 428, none is named; 412, the person has another.
    """
    if if_match is None:
        raise Problem(428, "send If-Match with the ETag that was read")
    if if_match.strip() not in (tag(person), "*"):
        raise outdated()
    return person.revision


def outdated() -> Problem:
    """Returns the refusal of a change of what somebody else has changed since."""
    return Problem(412, "the person was changed since: read it again")


def taken(error: Taken) -> Problem:
    """Returns the refusal of a name or an external id that another person has."""
    return Problem(409, f"{error.field}: another person has it", "taken")
