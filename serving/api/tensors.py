"""Images and embeddings as tensors of the Open Inference Protocol, version 2, and its binary form.

A request begins with JSON of so many bytes as the header Inference-Header-Content-Length says; the
data of its tensors follow. An element of BYTES is its length, four bytes with the lowest first, and
its content. Images come in this form alone, since no JSON string holds them.

Source: the protocol's specification, and its extension for binary tensor data.
"""

import json
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError

from serving.api.problems import Problem

HEADER = "Inference-Header-Content-Length"
NAME = "signatures"
INPUT, OUTPUT = "images", "embeddings"
LENGTH = 4
"""Bytes of an element's length."""


class TensorParameters(BaseModel):
    """The parameters of a tensor, in a request."""

    binary_data_size: int | None = Field(None, ge=0)
    binary_data: bool = False


class InputTensor(BaseModel):
    """A tensor that is sent."""

    name: str
    datatype: str
    shape: list[int] = Field(min_length=1, max_length=2)
    parameters: TensorParameters = TensorParameters()


class OutputTensor(BaseModel):
    """A tensor that is asked for."""

    name: Literal["embeddings"]
    parameters: TensorParameters = TensorParameters()


class RequestParameters(BaseModel):
    """The parameters of all tensors of a request."""

    binary_data_output: bool = False


class InferenceRequest(BaseModel):
    """The JSON of a request."""

    id: str | None = Field(None, max_length=200)
    inputs: list[InputTensor] = Field(min_length=1, max_length=1)
    outputs: list[OutputTensor] = Field([], max_length=1)
    parameters: RequestParameters = RequestParameters()

    @property
    def wants_binary(self) -> bool:
        """Tells whether the answer's tensor shall follow its JSON."""
        if self.outputs:
            return self.outputs[0].parameters.binary_data
        return self.parameters.binary_data_output


class Answer(NamedTuple):
    """The body of an answer, and the length of its JSON; None where all of it is JSON."""

    body: bytes
    json_length: int | None


def parse(body: bytes, header: str | None) -> tuple[InferenceRequest, list[bytes]]:
    """Reads a request and its images.

    Args:
        body: of the request.
        header: Inference-Header-Content-Length.

    Raises:
        Problem: 400, it is not as the protocol says, or its tensor is not one of images.
    """
    if header is None or not (header.isascii() and header.isdigit()):
        raise Problem(
            400,
            f"send the images as binary tensor data: the header {HEADER} tells where they begin",
        )
    start = int(header[:12])
    try:
        request = InferenceRequest.model_validate(json.loads(body[:start]))
    except (ValidationError, ValueError, RecursionError):
        raise Problem(400, "the JSON is none of the Open Inference Protocol") from None
    tensor, data = request.inputs[0], body[start:]
    if (tensor.name, tensor.datatype) != (INPUT, "BYTES"):
        raise Problem(400, f"the only input is {INPUT}, of datatype BYTES")
    if tensor.parameters.binary_data_size != len(data) or start > len(body):
        raise Problem(400, f"{INPUT}: binary_data_size is not the number of bytes that follow")
    images = _elements(data)
    if tensor.shape not in ([len(images)], [len(images), 1]):
        raise Problem(400, f"{INPUT}: {len(images)} elements came, not as many as its shape says")
    return request, images


def answer(request: InferenceRequest, version: str, embeddings: NDArray[np.float32]) -> Answer:
    """Returns the body of an answer, and the length of its JSON where data follow it.

    Args:
        request: that is answered.
        version: of the model.
        embeddings: float32 [N, D].
    """
    tensor: dict[str, Any] = {
        "name": OUTPUT,
        "datatype": "FP32",
        "shape": list(embeddings.shape),
    }
    data = b""
    if request.wants_binary:
        data = embeddings.astype("<f4").tobytes()
        tensor["parameters"] = {"binary_data_size": len(data)}
    else:
        tensor["data"] = embeddings.ravel().tolist()
    content = {"model_name": NAME, "model_version": version, "outputs": [tensor]}
    if request.id is not None:
        content["id"] = request.id
    text = json.dumps(content).encode()
    return Answer(text + data, len(text) if request.wants_binary else None)


def _elements(data: bytes) -> list[bytes]:
    """Splits the data of a tensor of BYTES into its elements."""
    elements, place = [], 0
    while place < len(data):
        begin = place + LENGTH
        end = begin + int.from_bytes(data[place:begin], "little")
        if begin > len(data) or end > len(data):
            raise Problem(400, f"{INPUT}: an element is longer than what was sent")
        elements.append(data[begin:end])
        place = end
    return elements
