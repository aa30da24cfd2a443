"""Embeddings of images, for keys that may read them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from components.shared.data.outcomes import Rejected
from serving.api.answers import ModelName, as_json, model_name
from serving.api.caller import needs, note, service_of
from serving.api.forms import Files, Form, form, schema
from serving.api.problems import documented

router = APIRouter(prefix="/v1", tags=["embeddings"])
FILES = {"images": Files(1, None)}


class NoFields(BaseModel):
    """No field but the images."""

    model_config = ConfigDict(extra="forbid")


class Embedding(BaseModel):
    """The embedding [D] of an image, of unit length, or the reason why it has none."""

    vector: list[float] | None
    reason: str | None


class Embeddings(BaseModel):
    """Embeddings in the order of the images."""

    embeddings: list[Embedding]
    model: ModelName


@router.post(
    "/embeddings",
    response_model=Embeddings,
    dependencies=[Depends(needs("embed"))],
    responses=documented(408, 415),
    openapi_extra=schema(NoFields, FILES),
)
def embeddings(
    request: Request, sent: Annotated[Form[NoFields], Depends(form(NoFields, FILES))]
) -> Response:
    """Computes the embeddings of images; needs a key with the permission `embed`."""
    service = service_of(request)
    found = []
    for result in service.embed(sent.files["images"]):
        if isinstance(result, Rejected):
            found.append(Embedding(vector=None, reason=str(result)))
        else:
            found.append(Embedding(vector=result.tolist(), reason=None))
    note(request, "embed", None, f"{len(found)} images", model=True)
    return as_json(Embeddings(embeddings=found, model=model_name(service)))
