"""Parameters of the freeze step."""

from typing import Literal

from pydantic import Field

from components.shared.runtime.params import StepParams

Format = Literal["onnx", "tfserving", "triton", "int8", "litert"]


class FreezeParams(StepParams):
    """The section `freeze` of params.yaml."""

    formats: list[Format] = Field(
        default=["onnx"],
        description="Files beside the SavedModel and the frozen graph: `onnx` is always written, "
        "for the service needs it; `tfserving` is a folder as TensorFlow Serving and KServe read "
        "it, which versions as old as 2.6 load too; `triton` is the ONNX file once more, in the "
        "folder of Triton, as which KServe runs ONNX; `int8` is ONNX in whole numbers of 8 bits, "
        "`litert` a file for LiteRT (TensorFlow Lite) with weights of 8 bits. These last two are "
        "proven on test identities, and left out, with the reason in the manifest, where their "
        "equal error rate is higher beyond chance or they are slower than float32. The proof "
        "decodes about 2,000 test images at most, and embeds them one by one on one thread, in "
        "float32 and in each of the two; `int8` looks at all layers of 128 training images "
        "besides.",
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
