"""Parameters of the train step."""

from typing import Literal

from pydantic import Field, StrictFloat, StrictInt, model_validator

from components.shared.params import StepParams


class TrainParams(StepParams):
    """Section `train` of params.yaml."""

    seed: int = Field(0, ge=0, lt=2**32, description="seed of weights, batches, augmentation and dropout")
    weights: str = Field(
        "none", description="none | imagenet (RESNET50_DIR, else the public weights) | hf://… | a folder"
    )
    embedding_size: int = Field(128, ge=2)
    dropout: float = Field(0.1, ge=0, lt=1)
    mining: Literal["semi-hard", "hard"] = "semi-hard"
    margin: StrictFloat | StrictInt | Literal["soft"] = Field(
        0.5, description="a distance, or soft (softplus in place of the hinge)"
    )
    identities_per_batch: int = Field(10, ge=2, description="P")
    images_per_identity: int = Field(3, ge=2, description="K, genuine images")
    forgeries_per_identity: int = Field(3, ge=0, description="skilled forgeries, which are negatives for every anchor")
    augment: float = Field(0.3, ge=0, le=1, description="strength of the augmentation; 0 = none")
    steps: int = Field(360, ge=1)
    learning_rate: float = Field(1e-3, gt=0, description="of Adam, before decay")
    decay_steps: int = Field(150, ge=1)
    decay_rate: float = Field(0.5, gt=0, le=1)
    staircase: bool = False
    beta_1: float = Field(0.9, ge=0, lt=1)
    validate_every: int = Field(90, ge=1, description="steps")
    checkpoint_every: int = Field(90, ge=1, description="steps")
    precision: Literal["auto", "float32", "mixed_bfloat16"] = "auto"
    deterministic: bool = Field(False, description="equal bits for equal seeds on one kind of machine; in float32")

    @model_validator(mode="after")
    def _margin_is_positive(self) -> "TrainParams":
        if self.margin != "soft" and self.margin <= 0:
            raise ValueError(f"margin is {self.margin}, but must be positive or 'soft'")
        return self

    @model_validator(mode="after")
    def _repeats_only_in_float32(self) -> "TrainParams":
        if self.deterministic and self.precision == "mixed_bfloat16":
            raise ValueError("deterministic does not hold in mixed_bfloat16: set precision to float32 or auto")
        return self
