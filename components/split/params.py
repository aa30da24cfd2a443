"""Parameters of the split step."""

from typing import Self

from pydantic import Field, field_validator, model_validator

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
        default=0.1,
        gt=0,
        lt=1,
        description="Fraction of the identities that validate; with `by: folders`, where the "
        "source has no `val/`.",
    )
    test: float = Field(
        default=0.3,
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

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.folds == 0 and self.fold > 0:
            raise ValueError(f"fold is {self.fold}, but folds is 0: set folds, or fold to 0")
        if self.folds == 1:
            raise ValueError("folds is 1: at least 2 are needed (0: by fraction)")
        if self.folds and self.fold >= self.folds:
            raise ValueError(
                f"fold is {self.fold}, but with folds {self.folds} "
                f"it goes from 0 to {self.folds - 1}"
            )
        if self.folds and self.by != "fraction":
            raise ValueError(
                f"folds is {self.folds}, but by is {self.by}: folds go with by: fraction only"
            )
        test = 1 / self.folds if self.folds else self.test
        if self.by == "fraction" and self.val + test >= 1:
            raise ValueError(
                f"val ({self.val:g}) and test ({test:g}) leave nothing to train on: "
                "below 1 together"
            )
        return self
