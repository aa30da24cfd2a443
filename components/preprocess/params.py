"""Parameters of the preprocess step."""

from pydantic import Field

from components.shared.data.normalisation import Normalisation

NEAR_COPIES = 20
"""Of 256 bits; docs/your-own-data.md says what it finds on real signatures."""


class PreprocessParams(Normalisation):
    """The section `preprocess` of params.yaml: the normalisation, and which images to reject."""

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
    near_copies: int = Field(
        default=NEAR_COPIES,
        ge=0,
        le=63,
        description="Images whose perceptual hashes, as they came or as prepared, differ in at "
        "most so many of 256 bits are nearly equal: they are told, and never stand in two parts; "
        "0: none are looked for.",
    )

    quality: bool = Field(
        default=False,
        description="Whether signatures are rejected that cannot carry a decision: too small, too "
        "little ink, cut off, two in one image, a heavy background. Without effect in `mode: "
        "none`.",
    )

    @property
    def judges_quality(self) -> bool:
        """True where images are judged: photographs, `mode: none`, are not."""
        return self.quality and self.mode != "none"

    @property
    def normalisation(self) -> Normalisation:
        """The settings of the normalisation alone."""
        return Normalisation(**self.model_dump(include=set(Normalisation.model_fields)))
