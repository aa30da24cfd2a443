"""Parameters of the evaluate step."""

from pydantic import Field

from components.shared.params import StepParams


class EvaluateParams(StepParams):
    references: int = Field(default=5, ge=2, description="references of a claim, beside the figures with a single one")
    draws: int = Field(default=10, ge=1, description="seeded draws of the references")
    far: float = Field(default=0.01, gt=0, lt=1, description="FRR is given at this FAR")
    bootstrap: int = Field(default=1000, ge=0, description="resamplings of the identities, 0: no intervals")
    seed: int = Field(default=0, ge=0, description="of draws, resamplings and the untrained network")

    @property
    def far_name(self) -> str:
        """How metrics and policies name the FAR: `far_1pct` for 0.01."""
        return f"far_{self.far * 100:g}pct"
