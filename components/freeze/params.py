"""Parameters of the freeze step."""

from pydantic import Field

from components.shared.params import StepParams


class FreezeParams(StepParams):
    """The section `freeze` of params.yaml."""

    parity_images: int = Field(default=16, ge=1, le=1000, description="source images on which the exports are compared")
    tolerance: float = Field(
        default=1e-4, gt=0, le=0.01, description="largest difference of an embedding's component from the Keras model"
    )
    publish: str | None = Field(
        default=None,
        pattern="^s3://",
        description="where the bundle goes besides, under its version: s3://bucket/models",
    )
