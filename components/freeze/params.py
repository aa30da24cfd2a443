"""Parameters of the freeze step."""

from typing import Literal

from pydantic import Field

from components.shared.runtime.params import StepParams

Format = Literal["onnx", "tfserving"]


class FreezeParams(StepParams):
    """The section `freeze` of params.yaml."""

    formats: list[Format] = Field(
        default=["onnx"],
        description="Files beside the SavedModel and the frozen graph: `onnx` is always written, "
        "for the service needs it; `tfserving` is a folder as TensorFlow Serving and KServe read "
        "it, which versions as old as 2.6 load too.",
    )

    parity_images: int = Field(
        default=16,
        ge=1,
        le=1000,
        description="Source files on which every export is compared with the Keras model.",
    )
    tolerance: float = Field(
        default=1e-4,
        gt=0,
        le=0.01,
        description="Largest difference of an embedding's component from the Keras model.",
    )
    publish: str | None = Field(
        default=None,
        pattern="^s3://",
        description="`s3://bucket/models`: the bundle is also published there, under a version "
        "that is never overwritten; null: it stays here.",
    )
