"""Parameters of the preprocess step."""

from typing import Literal, Self

from pydantic import Field, model_validator

from components.shared.data.image_store import Normalisation
from components.shared.runtime.params import StepParams


class PreprocessParams(StepParams):
    """The section `preprocess` of params.yaml."""

    mode: Literal["shape", "tone", "none"] = Field(
        default="shape",
        description="`shape`: black ink on white paper, nothing of their tones; `tone`: the ink's "
        "greys are kept; `none`: photographs, no ink is looked for.",
    )
    height: int = Field(
        default=32,
        ge=16,
        le=1024,
        description="Height of the prepared images in pixels.",
    )
    width: int = Field(
        default=64,
        ge=16,
        le=1024,
        description="Width of the prepared images in pixels.",
    )
    channels: Literal[1, 3] = Field(
        default=1,
        description="1: grey; 3: RGB, which goes with `mode: none` only.",
    )
    max_pixels: int = Field(
        default=50_000_000,
        ge=1,
        le=100_000_000,
        description="An image of more pixels is rejected before it is decoded.",
    )
    max_rejected: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="Fraction of the images that may be rejected; beyond it the step fails.",
    )

    @model_validator(mode="after")
    def _ink_is_grey(self) -> Self:
        if self.mode != "none" and self.channels != 1:
            raise ValueError(
                f"mode is {self.mode}, which finds ink in grey images: set channels to 1, or mode to none"
            )
        return self

    @property
    def normalisation(self) -> Normalisation:
        return Normalisation(
            mode=self.mode, height=self.height, width=self.width, channels=self.channels
        )
