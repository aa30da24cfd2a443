"""Parameters of the evaluate step."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StrictFloat, model_validator

from components.shared.runtime.params import TAKES_EXPONENTS, StepParams
from components.shared.verification.metric_names import far_name
from components.shared.verification.threshold import EQUAL_ERROR, policy_of

if TYPE_CHECKING:
    from components.shared.verification.sampling import Draws

Part = Literal["val", "test", "both"]
Protocol = Literal["deployed", "literature", "references", "identification", "field"]
ALIASES = {"field": "literature"}
"""Former names of protocols, by which they may still be chosen."""
COST, REVIEW = "cost", "review"
"""Policies of the decision model beside those of `EvaluateParams.policies`."""


class ReportParams(StepParams):
    """Contents of the report."""

    images: bool = Field(
        default=True,
        description="Pictures of the most confident mistakes in the local report; the copy that is "
        "uploaded never has any.",
    )


class CostParams(StepParams):
    """The policy `cost`: what wrong decisions cost, and how often claims are an impostor's."""

    false_accept: float = Field(
        default=10.0, gt=0, description="Cost of an impostor that is accepted, in any unit."
    )
    false_reject: float = Field(
        default=1.0, gt=0, description="Cost of a genuine image that is refused."
    )
    prior: float = Field(
        default=0.01, gt=0, lt=1, description="Share of all claims that are an impostor's."
    )


class ReviewParams(StepParams):
    """The policy `review`: what may be decided wrongly without a person."""

    false_accepts: float = Field(
        default=0.02, gt=0, lt=1, description="Largest share of impostors that is accepted."
    )
    false_rejects: float = Field(
        default=0.02, gt=0, lt=1, description="Largest share of genuine images that is refused."
    )


class DecisionParams(StepParams):
    """The decision model, which val fits."""

    scanner_shift: float = Field(
        default=0.15,
        ge=0,
        le=1,
        description="Standard deviation of the shifts, from scanner to scanner, of the logarithms "
        "of all distances; 0: every image comes from val's scanner.",
    )
    cost: CostParams = CostParams()
    review: ReviewParams = ReviewParams()


class EvaluateParams(StepParams):
    """The section `evaluate` of params.yaml."""

    part: Part = Field(
        default="both",
        description="`val`: test is never read; `test`: val only chooses thresholds; `both`: error "
        "rates of val and of test.",
    )
    protocols: tuple[Protocol, ...] = Field(
        default=("deployed",),
        min_length=1,
        description="Any of `deployed` (thresholds chosen on val, carried to test), `literature` "
        "(for comparison with papers only; `field` is its former name), `references` (more "
        "references, fused in several ways), `identification` (closed and open set).",
    )
    target: Annotated[StrictFloat | Literal["equal_error"], TAKES_EXPONENTS] = Field(
        default="equal_error",
        description="Policy of the threshold that val chooses: `equal_error`, or a number, the "
        "largest FAR that is allowed.",
    )
    references: int = Field(
        default=5,
        ge=2,
        le=1000,
        description="References of a claim, beside the rates with a single one.",
    )
    draws: int = Field(default=10, ge=1, le=1000, description="Seeded draws of the references.")
    far: float = Field(default=0.01, gt=0, lt=1, description="FAR at which FRR is given.")
    seed: int = Field(
        default=0,
        ge=0,
        description="Seed of the draws and of the floors `untrained` (its random weights) and "
        "`statistics`.",
    )
    decision: DecisionParams = DecisionParams()
    report: ReportParams = ReportParams()

    @model_validator(mode="before")
    @classmethod
    def _leave_out_former_parameter(cls, values: Any) -> Any:
        """Leaves out a parameter that files of earlier versions have, in bundles too."""
        if isinstance(values, dict):
            return {name: value for name, value in values.items() if name != "bootstrap"}
        return values

    def contradictions(self) -> list[str]:
        """Returns what is wrong with values that each may have."""
        reasons = []
        if self.target != "equal_error" and not 0 < self.target < 1:
            reasons.append(
                f"target is {self.target}, but must be equal_error or a FAR between 0 and 1"
            )
        names = self.protocol_names
        repeated = {name for name in names if names.count(name) > 1}
        if repeated:
            reasons.append(f"protocols names {min(repeated)} twice")
        return reasons

    @property
    def protocol_names(self) -> tuple[str, ...]:
        """The protocols under their present names."""
        return tuple(ALIASES.get(name, name) for name in self.protocols)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the split that are read, the one that is reported first."""
        return ("val",) if self.part == "val" else ("test", "val")

    @property
    def reported(self) -> str:
        """The part that the report is about."""
        return self.parts[0]

    @property
    def policies(self) -> dict[str, float | None]:
        """Policies of the thresholds, and the FAR that each allows; None: equal error."""
        fars: dict[str, float | None] = {EQUAL_ERROR: None, self.far_name: self.far}
        return fars if self.target == "equal_error" else {**fars, self.target_name: self.target}

    @property
    def decision_policies(self) -> tuple[str, ...]:
        """Names of the decision model's policies."""
        return (*self.policies, COST, REVIEW)

    def draws_of(self, references: int) -> "Draws":
        """Returns the draws of so many references."""
        from components.shared.verification.sampling import Draws

        return Draws(references, self.draws, self.seed)

    @property
    def far_name(self) -> str:
        """The FAR in names of metrics and policies: `far_1pct` for 0.01."""
        return far_name(self.far)

    @property
    def target_name(self) -> str:
        """The policy of the target: `equal_error`, or as `far_name`."""
        return policy_of(self.target)
