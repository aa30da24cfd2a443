"""Parameters of the preprocess step."""

from pydantic import Field

from components.shared.data.normalisation import Normalisation


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

    @property
    def normalisation(self) -> Normalisation:
        """The settings of the normalisation alone."""
        return Normalisation(**self.model_dump(include=set(Normalisation.model_fields)))
