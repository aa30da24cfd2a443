"""Parameters of the split step."""

import difflib
from collections.abc import Sequence

from pydantic import Field, field_validator

from components.shared.runtime.params import StepParams

DRAWN = ("fraction", "folders", "collection")


class CollectionParts(StepParams):
    """Which collection of `ingest.source` stands in which part."""

    train: tuple[str, ...] = Field(
        default=(), description="Collections to train on; an empty list: all that are not named."
    )
    val: tuple[str, ...] = Field(
        default=(),
        description="Collections that validate; an empty list: a fraction `val` of the identities "
        "to train on, drawn by seed.",
    )
    test: tuple[str, ...] = Field(default=(), description="Collections that are tested.")

    def part_of(self, names: Sequence[str]) -> dict[str, str]:
        """Returns the part of each of these collections; those that are not named are in train."""
        parts = dict.fromkeys(names, "train")
        parts |= dict.fromkeys(self.val, "val")
        return parts | dict.fromkeys(self.test, "test")

    def faults(self, names: Sequence[str]) -> list[str]:
        """Returns why the parts do not suit collections of these names."""
        named = {"train": self.train, "val": self.val, "test": self.test}
        faults = []
        for part, own in named.items():
            for name in sorted(set(own) - set(names)):
                match = difflib.get_close_matches(name, names, n=1)
                nearest = f" (did you mean '{match[0]}'?)" if match else ""
                faults.append(
                    f"split.collections.{part} names '{name}', "
                    f"but the collections are {', '.join(names)}{nearest}"
                )
        others = sorted(set(names) - {*self.train, *self.val, *self.test})
        if not self.train and not others:
            faults.append("split.collections leaves no collection to train on")
        if self.train and others:
            faults.append(
                f"split.collections names {', '.join(others)} in no part: name each, "
                "or leave train empty"
            )
        return faults


class SplitParams(StepParams):
    """The section `split` of params.yaml."""

    by: str = Field(
        default="fraction",
        description="`fraction` draws identities by seed; `folders` takes the source's own "
        "`train/`, `val/`, `test/` (without `val/`, it is drawn from `train/`); `collection` takes "
        "`collections`; a path ending in .csv names a table of `identity,part`.",
    )
    val: float = Field(
        default=0.15,
        gt=0,
        lt=1,
        description="Fraction of the identities that validate; with `by: folders`, where the "
        "source has no `val/`; with `by: collection`, where `collections.val` is empty.",
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
    collections: CollectionParts = CollectionParts()

    @field_validator("by")
    @classmethod
    def _known(cls, by: str) -> str:
        if by not in DRAWN and not by.endswith(".csv"):
            raise ValueError(
                "must be fraction, folders, collection, or the path of a .csv file of identity,part"
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
        reasons += self._contradictions_of_collections()
        if self.by == "fraction" and self.val + self._tested >= 1:
            tested = f"test ({self.test:g})"
            if self.folds:
                tested = f"a fold of {self.folds} folds ({self._tested:g})"
            reasons.append(
                f"with by: fraction, val ({self.val:g}) and {tested} leave nothing to train on: "
                "below 1 together"
            )
        return reasons

    def shares(self, identities: int) -> dict[str, float]:
        """Returns how many of the identities each part that is drawn was to have."""
        if self.by != "fraction":
            return {}
        return {"val": self.val * identities, "test": self._tested * identities}

    def collection_faults(self, names: Sequence[str]) -> list[str]:
        """Returns why the parts do not suit a source of these collections, none of one source."""
        if self.by != "collection":
            return []
        if not names:
            return [
                "split.by is collection, but ingest.source names none: give it a list, "
                "or set split.by to fraction"
            ]
        return self.collections.faults(names)

    def _contradictions_of_collections(self) -> list[str]:
        parts = {"train": set(self.collections.train), "val": set(self.collections.val)}
        parts["test"] = set(self.collections.test)
        reasons = []
        if self.by != "collection" and any(parts.values()):
            reasons.append(f"collections is set, but by is {self.by}: set by to collection")
        if self.by == "collection" and not parts["test"]:
            reasons.append("by is collection, but collections.test names none")
        for one, other in (("train", "val"), ("train", "test"), ("val", "test")):
            for name in sorted(parts[one] & parts[other]):
                reasons.append(f"collections.{one} and collections.{other} both name {name}")
        return reasons

    @property
    def _tested(self) -> float:
        """The fraction of the identities that are tested."""
        return 1 / self.folds if self.folds else self.test
