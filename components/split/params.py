"""Parameters of the split step."""

from pydantic import Field, field_validator

from components.shared.runtime.params import StepParams


class SplitParams(StepParams):
    """The section `split` of params.yaml."""

    by: str = Field(
        default="fraction",
        description="`fraction` draws identities by seed; `folders` takes the source's own "
        "`train/`, `val/`, `test/` (without `val/`, it is drawn from `train/`); a path ending in "
        ".csv names a table of `identity,part`.",
    )
    val: float = Field(
        default=0.15,
        gt=0,
        lt=1,
        description="Fraction of the identities that validate; with `by: folders`, where the "
        "source has no `val/`.",
    )
    test: float = Field(
        default=0.25,
        gt=0,
        lt=1,
        description="Fraction of the identities that are tested; not used with folds.",
    )
    folds: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="Folds of a cross-validation; 0: parts by fraction.",
    )
    fold: int = Field(
        default=0,
        ge=0,
        description="Fold whose identities are tested; val is drawn from the others.",
    )
    seed: int = Field(default=0, ge=0, description="Seed of every draw of identities.")

    @field_validator("by")
    @classmethod
    def _known(cls, by: str) -> str:
        if by not in ("fraction", "folders") and not by.endswith(".csv"):
            raise ValueError(
                "must be fraction, folders, or the path of a .csv file of identity,part"
            )
        return by

    def contradictions(self) -> list[str]:
        """Returns what is wrong with values that each may have."""
        reasons = []
        if self.folds == 0 and self.fold > 0:
            reasons.append(f"fold is {self.fold}, but folds is 0: set folds, or fold to 0")
        if self.folds == 1:
            return ["folds is 1: at least 2 are needed (0: by fraction)"]
        if self.folds and self.fold >= self.folds:
            reasons.append(
                f"fold is {self.fold}, but with folds {self.folds} "
                f"it goes from 0 to {self.folds - 1}"
            )
        if self.folds and self.by != "fraction":
            reasons.append(
                f"folds is {self.folds}, but by is {self.by}: folds go with by: fraction only"
            )
        if self.by == "fraction" and self.val + self._tested >= 1:
            tested = f"test ({self.test:g})"
            if self.folds:
                tested = f"a fold of {self.folds} folds ({self._tested:g})"
            reasons.append(
                f"with by: fraction, val ({self.val:g}) and {tested} leave nothing to train on: "
                "below 1 together"
            )
        return reasons

    @property
    def _tested(self) -> float:
        """The fraction of the identities that are tested."""
        return 1 / self.folds if self.folds else self.test
