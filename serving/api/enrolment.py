"""Images that become references: the good ones, and the reasons of the others."""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel

from components.shared.data.outcomes import Rejected
from serving.api.forms import media_type
from serving.api.problems import Fault, Problem
from serving.api.service import Service, image_refused
from serving.store.enrolment import NewReference
from serving.store.errors import SameImage


class RejectedImage(BaseModel):
    """An image that was not enrolled, by its place among those that were sent."""

    index: int
    reason: str


class Examined(NamedTuple):
    """Images as they were examined; `places` are those of `references` among all."""

    references: list[NewReference]
    places: list[int]
    rejected: list[RejectedImage]

    def same_image(self, error: SameImage) -> Problem:
        """Returns the refusal of an image that is a reference already."""
        place = f"images.{self.places[error.index]}"
        reason = "this image is a reference already, of this person or of another"
        fault = Fault(field=place, reason=reason)
        return Problem(409, f"{place}: {reason}", "same-image", [fault])


def examine(service: Service, images: Sequence[bytes]) -> Examined:
    """Embeds images.

    Raises:
        Problem: 422, none of them can carry a decision; 503, too many images are under way.
    """
    references, places, rejected = [], [], []
    for index, (image, result) in enumerate(zip(images, service.embed(images), strict=True)):
        if isinstance(result, Rejected):
            rejected.append(RejectedImage(index=index, reason=str(result)))
        else:
            kind = media_type(image)
            references.append(NewReference(image, kind, result, service.model.space))
            places.append(index)
    if not references:
        faults = [Fault(field=f"images.{one.index}", reason=one.reason) for one in rejected]
        raise image_refused(faults)
    return Examined(references, places, rejected)
