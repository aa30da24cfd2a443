"""Parameters of later steps that ask something of the parts: the split is the first step that can
tell whether the images suffice, and says all that is wanting at once.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

import pandas as pd
from pydantic import ConfigDict, StrictFloat

from components.shared.data import part_sizes
from components.shared.data.part_sizes import PartSizes
from components.shared.runtime.params import TAKES_EXPONENTS, StepParams, load, parse
from components.split.evidence import target_notices


class TrainNeeds(StepParams):
    """The parameters of section `train`, with its defaults."""

    model_config = ConfigDict(extra="ignore")
    identities_per_batch: int = 10
    images_per_identity: int = 3
    forgeries_per_identity: int = 3
    hard_identities: float = 0.0
    val_references: int = 5


class EvaluateNeeds(StepParams):
    """The parameters of section `evaluate`, with its defaults."""

    model_config = ConfigDict(extra="ignore")
    part: Literal["val", "test", "both"] = "both"
    target: Annotated[StrictFloat | Literal["equal_error"], TAKES_EXPONENTS] = "equal_error"
    references: int = 5

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that are measured."""
        return ("val",) if self.part == "val" else ("val", "test")


class Needs(NamedTuple):
    """The demands of train and evaluate on the parts."""

    train: TrainNeeds
    evaluate: EvaluateNeeds

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads them from params.yaml.

        Raises:
            InputError: a section is missing, or a value is wrong.
        """
        return cls(load(TrainNeeds, "train", path), load(EvaluateNeeds, "evaluate", path))

    @classmethod
    def parse(cls, train: Mapping[str, Any], evaluate: Mapping[str, Any], origin: str) -> Self:
        """Takes them from the values of the two sections.

        Raises:
            InputError: a value is wrong.
        """
        return cls(
            parse(TrainNeeds, "train", train, origin),
            parse(EvaluateNeeds, "evaluate", evaluate, origin),
        )

    def faults(self, images: pd.DataFrame) -> list[str]:
        """Returns all that the parts lack; images have `identity`, `kind` and `part`."""
        result = part_sizes.batch_faults(_sizes(images, "train"), self.train)
        for part in self.evaluate.parts:
            result += part_sizes.comparison_faults(part, _sizes(images, part))
        return result

    def notices(self, images: pd.DataFrame) -> list[str]:
        """Returns all that will have no effect, or not be measured or shown."""
        result = part_sizes.batch_notices(_sizes(images, "train"), self.train)
        val, references = _sizes(images, "val"), self.train.val_references
        result += part_sizes.reference_notices(
            "val", val, "train.val_references", references, identities=2
        )
        result += target_notices(val, self.evaluate.target)
        references = self.evaluate.references
        for part in self.evaluate.parts:
            result += part_sizes.reference_notices(
                part, _sizes(images, part), "evaluate.references", references, identities=1
            )
        return result


def _sizes(images: pd.DataFrame, part: str) -> PartSizes:
    return PartSizes.of(images[images["part"] == part])
