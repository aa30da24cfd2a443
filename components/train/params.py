"""Parameters of the train step."""

from bisect import bisect_left
from typing import Annotated, Literal

from pydantic import Field, StrictFloat, StrictInt

from components.shared.model.architecture import Architecture, View
from components.shared.runtime.params import TAKES_EXPONENTS, StepParams

STAGE_ENDS = (3, 7, 13, 16)
"""Last residual block of each of ResNet50's four stages."""
FEATURES = (256, 512, 1024, 2048)
"""Output channels of the blocks of each stage."""
Margin = Annotated[StrictFloat | StrictInt | Literal["soft"], TAKES_EXPONENTS]
"""A distance, or `soft`: softplus in place of the hinge."""


class AugmentParams(StepParams):
    """The largest changes that augmentation makes; 0 switches one off.

    Slant, proportions and stroke width also tell a forger's hand: an embedder that is taught to
    overlook much of them tells forgeries worse.
    """

    rotation: float = Field(3.0, ge=0, le=180, description="Largest rotation in degrees.")
    scale: float = Field(
        0.06,
        ge=0,
        lt=1,
        description="Largest change of size, a fraction, each side on its own.",
    )
    shear: float = Field(
        0.06,
        ge=0,
        le=1,
        description="Largest horizontal shear in pixels per pixel of height.",
    )
    shift: float = Field(0.03, ge=0, le=1, description="Largest shift, a fraction of each side.")
    elastic: float = Field(
        0.0,
        ge=0,
        le=0.2,
        description="Largest smooth local displacement, a fraction of the height.",
    )
    thickness: float = Field(
        0.3,
        ge=0,
        le=1,
        description="Probability that strokes grow or shrink; without effect on RGB.",
    )
    flip: bool = Field(False, description="Exchanges left and right at random; for photographs.")
    brightness: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Largest change of brightness, a fraction of the full range; for photographs.",
    )
    contrast: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Largest change of contrast, a fraction; for photographs.",
    )
    hue: float = Field(
        0.0,
        ge=0,
        le=0.5,
        description="Largest change of hue, a fraction of the colour circle; RGB only.",
    )
    saturation: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Largest change of saturation, a fraction; RGB only.",
    )


class TrainParams(StepParams):
    """Section `train` of params.yaml."""

    seed: int = Field(
        0,
        ge=0,
        lt=2**32,
        description="Seed of weights, batches, augmentation and dropout.",
    )
    weights: str = Field(
        "none",
        description="First weights of ResNet50: `none` (random), `imagenet` (the folder that "
        "`RESNET50_DIR` names, else `hf://timm/resnet50.tv_in1k`), `hf://…`, or a folder.",
    )
    start_from: str | None = Field(
        None,
        min_length=1,
        description="An `embedder.keras` trained before, whose weights are taken at step 0.",
    )
    pooled_blocks: tuple[Annotated[int, Field(ge=1, le=16)], ...] = Field(
        (7,),
        min_length=1,
        description="ResNet50's residual blocks (1 to 16) whose features are pooled; later blocks "
        "are left out. 3, 7, 13 and 16 end a stage.",
    )
    pooled_components: int = Field(
        24,
        ge=0,
        le=1_024,
        description="0: the mean of each feature is pooled; else the second moments of this many "
        "combinations of the features, as the root of their matrix.",
    )
    views: tuple[View, ...] = Field(
        ("whole",),
        min_length=1,
        description="Views of an image that share the embedding: `whole`, `mirror`, halves "
        "(`left`, `right`) and thirds (`start`, `middle`, `end`), whose ink is enlarged.",
    )
    embedding_size: int = Field(
        128,
        ge=2,
        le=8_192,
        description="Components of an embedding; a multiple of the number of views.",
    )
    head: Literal["random", "discriminant"] = Field(
        "random",
        description="First weights of the projection. `discriminant`: the directions in which "
        "forgeries differ most, relative to the spread of a writer's own signatures, computed on "
        "the training images.",
    )
    head_within_collections: bool = Field(
        True,
        description="With several collections, the discriminant counts each alike, measures how "
        "identities differ within a collection, and takes what tells the collections apart for "
        "spread. false: as if they were one.",
    )
    head_steps: int = Field(
        0,
        ge=0,
        le=10_000_000,
        description="Steps that train the projection alone, on pre-trained features of the images "
        "as they are, before the network is trained.",
    )
    dropout: float = Field(0.1, ge=0, lt=1, description="Fraction of pooled features dropped.")
    l2: float = Field(
        0.0,
        ge=0,
        description="Factor of half the sum of squared kernels, which is added to the loss.",
    )
    mining: Literal["semi-hard", "hard", "all"] = Field(
        "semi-hard",
        description="Triplets of the loss. `semi-hard`: for each anchor and positive the nearest "
        "negative beyond the positive; `hard`: for each anchor the farthest positive and the "
        "nearest negative; `all`: every triplet.",
    )
    margin: Margin = Field(
        0.5,
        description="Margin of the loss, a distance; `soft`: softplus in place of the hinge.",
    )
    distance: Literal["euclidean", "squared"] = Field(
        "euclidean", description="Distance between embeddings in the loss, plain or squared."
    )
    warm_up: int = Field(
        0,
        ge=0,
        le=10_000_000,
        description="Steps of semi-hard mining before `mining` takes over.",
    )
    cross_batch_memory: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description="Recent embeddings kept as further negatives, for small GPUs; 0: none.",
    )
    identities_per_batch: int = Field(10, ge=2, le=4_096, description="Identities of a batch (P).")
    images_per_identity: int = Field(
        3,
        ge=2,
        le=1_000,
        description="Genuine images of each identity in a batch (K).",
    )
    forgeries_per_identity: int = Field(
        3,
        ge=0,
        le=1_000,
        description="Skilled forgeries of each identity in a batch (F), negatives for every "
        "anchor; 0: genuine images only.",
    )
    hard_identities: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Fraction of a batch's identities drawn among those that are confused.",
    )
    collections_per_batch: Annotated[int, Field(ge=1)] | Literal["all"] = Field(
        1,
        description="Collections of `ingest.source` that one batch mixes, evenly; they take turns. "
        "1: all negatives come from one scanner, as impostors do where the model is used, so that "
        "telling scanners apart is worth nothing. `all`: every batch has some of each.",
    )
    augment: AugmentParams = AugmentParams()
    workers: Annotated[int, Field(ge=1, le=64)] | Literal["auto"] = Field(
        "auto",
        description="Threads that make batches; `auto`: one per core, 16 at most.",
    )
    steps: int = Field(
        360,
        ge=0,
        le=10_000_000,
        description="Training steps of the network; 0: its first weights are kept, with the head "
        "that was fitted to the training images.",
    )
    learning_rate: float = Field(1e-3, gt=0, description="Learning rate of Adam before any decay.")
    decay_steps: int = Field(
        160,
        ge=1,
        le=10_000_000,
        description="Steps in which the learning rate falls by `decay_rate`.",
    )
    decay_rate: float = Field(
        0.5,
        gt=0,
        le=1,
        description="Factor of the learning rate after each `decay_steps`.",
    )
    staircase: bool = Field(False, description="The learning rate falls in stairs, not steadily.")
    beta_1: float = Field(0.9, ge=0, lt=1, description="Adam's decay of the gradients' mean.")
    average: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Momentum of a moving average of the weights, which is the one "
        "that is validated and kept; 0: none.",
    )
    log_every: int = Field(
        10, ge=1, le=10_000_000, description="Steps between two rows of the curves."
    )
    validate_every: int = Field(
        180, ge=1, le=10_000_000, description="Steps between two validations on val."
    )
    val_references: int = Field(
        5,
        ge=1,
        le=1_000,
        description="References of an identity in the identification on val.",
    )
    checkpoint_every: int = Field(
        40, ge=1, le=10_000_000, description="Steps between two checkpoints."
    )
    checkpoints: int = Field(
        2,
        ge=1,
        le=1_000,
        description="Checkpoints that are kept, beside the best by EER on val.",
    )
    precision: Literal["auto", "float32", "mixed_bfloat16"] = Field(
        "auto",
        description="Precision of the training; `auto`: the one that the hardware is fast in. The "
        "shipped embedder is float32.",
    )
    deterministic: bool = Field(
        False,
        description="Equal bits for equal seeds on one kind of machine, computed in float32.",
    )

    def architecture(self, image_shape: tuple[int, int, int]) -> Architecture:
        """Returns the architecture of an embedder for images (height, width, channels)."""
        return Architecture(
            image_shape=image_shape,
            embedding_size=self.embedding_size,
            dropout=self.dropout,
            pooled_blocks=self.pooled_blocks,
            pooled_components=self.pooled_components,
            views=self.views,
        )

    @property
    def pretrained(self) -> bool:
        """True where the first weights come from an earlier training and are not random."""
        return self.weights != "none" or self.start_from is not None

    def contradictions(self) -> list[str]:
        """Returns what is wrong with values that each may have."""
        return [reason for holds, reason in self._rules() if holds]

    def _rules(self) -> list[tuple[bool, str]]:
        """Returns each possible contradiction: true where it holds, and its description."""
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
                f"pooled_components is {self.pooled_components}, but block {first}, the first of "
                f"pooled_blocks, has {features} features",
            ),
            (
                len(set(self.views)) < len(self.views),
                f"views is {list(self.views)}: name each view once",
            ),
            (
                self.embedding_size % len(self.views) > 0,
                f"embedding_size is {self.embedding_size}, but {len(self.views)} views share it: "
                f"make it a multiple",
            ),
            (
                numeric and float(self.margin) <= 0,
                f"margin is {self.margin}, but must be positive or 'soft'",
            ),
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
                "head 'discriminant' wants the features of a network trained before: "
                "set weights, or head to random",
            ),
            (
                self.head_steps > 0 and self.weights == "none",
                "head_steps wants the features of a network trained before: "
                "set weights, or head_steps to 0",
            ),
            (
                self.steps == 0 and not self.pretrained,
                "steps is 0, but random weights want training: set steps, or weights",
            ),
            (
                self.warm_up > 0 and self.warm_up >= self.steps,
                f"warm_up is {self.warm_up}, so that mining '{self.mining}' never begins in "
                f"{self.steps} steps",
            ),
            (
                self.warm_up > 0 and self.mining == "semi-hard",
                "warm_up begins with semi-hard, which mining already is: "
                "set mining to hard or all, or warm_up to 0",
            ),
        ]
