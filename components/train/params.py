"""Parameters of the train step."""

from bisect import bisect_left
from typing import Annotated, Literal

from pydantic import Field, StrictFloat, StrictInt, model_validator

from components.shared.params import StepParams

STAGE_ENDS = (3, 7, 13, 16)
"""Of ResNet50's 16 residual blocks."""
FEATURES = (256, 512, 1024, 2048)
"""What a block of each stage puts out."""
View = Literal["whole", "mirror", "left", "right", "start", "middle", "end"]


class AugmentParams(StepParams):
    """The largest changes that augmentation makes; 0 switches one off.

    Slant, proportions and stroke width also tell a forger's hand: an embedder that is taught to overlook much of them
    tells forgeries worse.
    """

    rotation: float = Field(3.0, ge=0, le=180, description="degrees")
    scale: float = Field(0.06, ge=0, lt=1, description="fraction, each side on its own")
    shear: float = Field(0.06, ge=0, le=1, description="horizontal, pixels a pixel")
    shift: float = Field(0.03, ge=0, le=1, description="fraction of each side")
    elastic: float = Field(0.0, ge=0, le=0.2, description="smooth local displacement, fraction of the height")
    thickness: float = Field(0.3, ge=0, le=1, description="probability that strokes grow or shrink")
    flip: bool = Field(False, description="left and right, for photos")
    brightness: float = Field(0.0, ge=0, le=1, description="fraction of the full range")
    contrast: float = Field(0.0, ge=0, lt=1, description="fraction")
    hue: float = Field(0.0, ge=0, le=0.5, description="fraction of the colour circle; RGB only")
    saturation: float = Field(0.0, ge=0, le=1, description="fraction; RGB only")


class TrainParams(StepParams):
    """Section `train` of params.yaml."""

    seed: int = Field(0, ge=0, lt=2**32, description="seed of weights, batches, augmentation and dropout")
    weights: str = Field(
        "none", description="none | imagenet (RESNET50_DIR, else the public weights) | hf://… | a folder"
    )
    start_from: str | None = Field(None, min_length=1, description="an embedder.keras to start from, at step 0")
    pooled_blocks: tuple[Annotated[int, Field(ge=1, le=16)], ...] = Field(
        (13,), min_length=1, description="which of ResNet50's 16 residual blocks are pooled; later ones are left out"
    )
    pooled_components: int = Field(
        0,
        ge=0,
        description="0: the mean of a block's features; else the second moments of so many combinations of them",
    )
    views: tuple[View, ...] = Field(
        ("whole",),
        min_length=1,
        description="whole | mirror | left | right | start | middle | end: each has a share of the embedding",
    )
    embedding_size: int = Field(128, ge=2)
    head: Literal["random", "discriminant"] = Field(
        "random", description="the projection's first weights; the discriminant is computed on the training images"
    )
    head_steps: int = Field(
        0,
        ge=0,
        description="steps that train the projection alone, on images as they are, before the network is trained",
    )
    dropout: float = Field(0.1, ge=0, lt=1, description="of the pooled features")
    l2: float = Field(0.0, ge=0, description="factor of half the sum of squared kernels, added to the loss")
    mining: Literal["semi-hard", "hard", "all"] = "semi-hard"
    margin: StrictFloat | StrictInt | Literal["soft"] = Field(
        0.5, description="a distance, or soft (softplus in place of the hinge)"
    )
    distance: Literal["euclidean", "squared"] = "euclidean"
    warm_up: int = Field(0, ge=0, description="steps of semi-hard before `mining` takes over")
    cross_batch_memory: int = Field(0, ge=0, description="recent embeddings kept as further negatives")
    identities_per_batch: int = Field(10, ge=2, description="P")
    images_per_identity: int = Field(3, ge=2, description="K, genuine images")
    forgeries_per_identity: int = Field(3, ge=0, description="skilled forgeries, which are negatives for every anchor")
    hard_identities: float = Field(
        0.0, ge=0, le=1, description="fraction of a batch's identities drawn among those confused with the others"
    )
    augment: AugmentParams = AugmentParams()
    workers: Annotated[int, Field(ge=1, le=64)] | Literal["auto"] = Field(
        "auto", description="threads that make batches ahead of the step; auto: one a core, 16 at most"
    )
    steps: int = Field(220, ge=1)
    learning_rate: float = Field(1e-3, gt=0, description="of Adam, before decay")
    decay_steps: int = Field(90, ge=1)
    decay_rate: float = Field(0.5, gt=0, le=1)
    staircase: bool = False
    beta_1: float = Field(0.9, ge=0, lt=1)
    average: float = Field(0.0, ge=0, lt=1, description="momentum of the weights' moving average, which is then kept")
    log_every: int = Field(10, ge=1, description="steps")
    validate_every: int = Field(160, ge=1, description="steps")
    val_references: int = Field(5, ge=1, description="references of the identification accuracy on val")
    checkpoint_every: int = Field(40, ge=1, description="steps")
    checkpoints: int = Field(2, ge=1, description="how many are kept, beside the best")
    precision: Literal["auto", "float32", "mixed_bfloat16"] = "auto"
    deterministic: bool = Field(False, description="equal bits for equal seeds on one kind of machine; in float32")

    @model_validator(mode="after")
    def _contradictions(self) -> "TrainParams":
        """Says every contradiction between parameters before any work is done."""
        faults = [reason for holds, reason in self._faults() if holds]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> list[tuple[bool, str]]:
        numeric = self.margin != "soft"
        first = min(self.pooled_blocks)
        features = FEATURES[bisect_left(STAGE_ENDS, first)]
        return [
            (
                list(self.pooled_blocks) != sorted(set(self.pooled_blocks)),
                f"pooled_blocks is {list(self.pooled_blocks)}: name each block once, in order",
            ),
            (
                self.pooled_components > features,
                f"pooled_components is {self.pooled_components}, but block {first} has {features} features",
            ),
            (
                len(set(self.views)) < len(self.views),
                f"views is {list(self.views)}: name each view once",
            ),
            (
                self.embedding_size % len(self.views) > 0,
                f"embedding_size is {self.embedding_size}, but {len(self.views)} views share it: make it a multiple",
            ),
            (numeric and float(self.margin) <= 0, f"margin is {self.margin}, but must be positive or 'soft'"),
            (
                self.deterministic and self.precision == "mixed_bfloat16",
                "deterministic does not hold in mixed_bfloat16: set precision to float32 or auto",
            ),
            (
                self.start_from is not None and self.weights != "none",
                f"start_from brings weights of its own: set weights to none, not {self.weights}",
            ),
            (
                self.head == "discriminant" and self.weights == "none",
                "head 'discriminant' wants the features of a network trained before: set weights, or head to random",
            ),
            (
                self.head_steps > 0 and self.weights == "none",
                "head_steps wants the features of a network trained before: set weights, or head_steps to 0",
            ),
            (
                self.warm_up >= self.steps,
                f"warm_up is {self.warm_up}, so that '{self.mining}' never begins in {self.steps} steps",
            ),
            (
                self.warm_up > 0 and self.mining == "semi-hard",
                "warm_up begins with semi-hard, which mining already is: set mining to hard or all, or warm_up to 0",
            ),
        ]
