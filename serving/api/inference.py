"""The Open Inference Protocol, version 2, as KServe's clients speak it: images to embeddings."""

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel

from serving.api import health, tensors
from serving.api.caller import needs, note, service_of
from serving.api.problems import documented, unknown

router = APIRouter(prefix="/v2", tags=["inference"])
MODEL = "/models/{name}"
PLATFORM = "onnxruntime"
FP32, BYTES = "FP32", "BYTES"
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "contentMediaType": "application/octet-stream"}
            }
        },
    }
}
ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "application/octet-stream": {},
        }
    }
}


class Ready(BaseModel):
    """Whether something is ready."""

    ready: bool


class Live(BaseModel):
    """Whether the process lives."""

    live: bool


class ServerDescription(BaseModel):
    """The server, and what of the protocol's extensions it knows."""

    name: str
    version: str
    extensions: list[str]


class TensorDescription(BaseModel):
    """A tensor; −1 stands for any number."""

    name: str
    datatype: str
    shape: list[int]


class ModelDescription(BaseModel):
    """The model, its inputs and its outputs."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorDescription]
    outputs: list[TensorDescription]


@router.get("", dependencies=[Depends(needs("model"))], responses=documented())
def server(request: Request) -> ServerDescription:
    """Describes the server."""
    return ServerDescription(
        name="serving", version=request.app.version, extensions=["binary_tensor_data"]
    )


@router.get("/health/live", responses=documented())
async def alive() -> Live:
    """Answers while the process lives."""
    return Live(live=True)


@router.get("/health/ready", responses=documented())
def ready(request: Request) -> Ready:
    """Answers 200 when model, database and gallery are there, and 503 before and after."""
    health.ready(request)
    return Ready(ready=True)


@router.get(MODEL, dependencies=[Depends(needs("model"))], responses=documented())
def describe(request: Request, name: str) -> ModelDescription:
    """Describes the model `signatures`."""
    _require_model(name)
    model = service_of(request).model
    return ModelDescription(
        name=tensors.NAME,
        versions=[model.version],
        platform=PLATFORM,
        inputs=[TensorDescription(name=tensors.INPUT, datatype=BYTES, shape=[-1])],
        outputs=[
            TensorDescription(name=tensors.OUTPUT, datatype=FP32, shape=[-1, model.dimension])
        ],
    )


@router.get(f"{MODEL}/ready", dependencies=[Depends(needs("model"))], responses=documented())
def model_ready(request: Request, name: str) -> Ready:
    """Answers as `/v2/health/ready`."""
    _require_model(name)
    return ready(request)


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post(
    f"{MODEL}/infer",
    dependencies=[Depends(needs("embed"))],
    response_class=Response,
    responses=documented(408) | ANSWER,
    openapi_extra=BODY,
)
def infer(
    request: Request,
    name: str,
    body: Annotated[bytes, Depends(_body)],
    json_length: Annotated[str | None, Header(alias=tensors.HEADER)] = None,
) -> Response:
    """Computes the embeddings of images, which come as binary tensor data."""
    _require_model(name)
    service = service_of(request)
    sent, images = tensors.parse(body, json_length)
    names = [f"{tensors.INPUT}[{place}]" for place in range(len(images))]
    found = service.embed_all(images, names)
    vectors = np.array(found, np.float32).reshape(len(found), service.model.dimension)
    note(request, "embed", None, f"{len(found)} images", model=True)
    answer = tensors.answer(sent, service.model.version, vectors)
    if answer.json_length is None:
        return Response(answer.body, media_type="application/json")
    headers = {tensors.HEADER: str(answer.json_length)}
    return Response(answer.body, headers=headers, media_type="application/octet-stream")


def _require_model(name: str) -> None:
    if name != tensors.NAME:
        raise unknown("model")
