"""Sizes of a split's parts, against the batches, comparisons and references asked of them.

Faults make a training or its figures impossible; notices say what comes to nothing.
"""

from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class BatchNeeds(Protocol):
    """The parameters of section `train` that ask something of the images."""

    @property
    def identities_per_batch(self) -> int: ...
    @property
    def images_per_identity(self) -> int: ...
    @property
    def forgeries_per_identity(self) -> int: ...
    @property
    def hard_identities(self) -> float: ...
    @property
    def val_references(self) -> int: ...


class PartSizes(NamedTuple):
    """Numbers of images of the n identities of a part.

    Attributes:
        genuine: int [n].
        forgeries: int [n], those of the same identities.
    """

    genuine: NDArray[np.int64]
    forgeries: NDArray[np.int64]

    @classmethod
    def of(cls, images: pd.DataFrame) -> "PartSizes":
        """Counts the images, which have `identity` and `kind`."""
        forged = images["kind"] == "forgery"
        sums = forged.groupby(images["identity"]).agg(["size", "sum"])
        forgeries = sums["sum"].to_numpy(np.int64)
        return cls(sums["size"].to_numpy(np.int64) - forgeries, forgeries)

    def with_more_than(self, genuine: int) -> int:
        """Counts the identities with more genuine images."""
        return int((self.genuine > genuine).sum())

    def most_references(self, identities: int) -> int:
        """Returns the most references that so many identities can give and be probed beside."""
        ordered = np.sort(self.genuine)[::-1]
        return int(ordered[identities - 1]) - 1 if len(ordered) >= identities else 0


def counted(number: int | np.integer, one: str, many: str) -> str:
    """Returns a number with its noun, as in `1 identity` and `5 identities`."""
    return f"{number} {one if number == 1 else many}"


def batch_faults(train: PartSizes, needs: BatchNeeds) -> list[str]:
    """Returns what keeps a training from filling its batches."""
    identities, drawn = needs.identities_per_batch, train.with_more_than(1)
    if drawn < identities:
        have = "identity has" if drawn == 1 else "identities have"
        return [
            f"train.identities_per_batch is {identities}, but only {drawn} training "
            f"{have} two genuine images or more; lower it, or bring more data"
        ]
    if needs.hard_identities and drawn == identities:
        return [
            f"train.hard_identities is {needs.hard_identities:g}, but every batch holds all "
            f"{identities} training identities; lower train.identities_per_batch"
        ]
    return []


def comparison_faults(name: str, part: PartSizes) -> list[str]:
    """Returns what leaves nothing to compare in the part of this name."""
    has_impostors = (part.forgeries > 0) | (part.genuine.sum() > part.genuine)
    if ((part.genuine > 1) & has_impostors).any():
        return []
    identities = counted(np.count_nonzero(part.genuine), "identity", "identities")
    images = counted(part.genuine.sum(), "genuine image", "genuine images")
    return [
        f"{name} has {identities} and {images}, which leaves nothing to compare; "
        f"raise split.{name}, or name more by split.by"
    ]


def batch_notices(train: PartSizes, needs: BatchNeeds) -> list[str]:
    """Returns what of a batch is drawn twice, or not at all, in every identity."""
    notices = []
    genuine, forgeries = train.genuine.max(initial=0), train.forgeries.max(initial=0)
    if genuine < needs.images_per_identity:
        notices.append(
            f"train.images_per_identity is {needs.images_per_identity}, but no training identity "
            f"has more than {counted(genuine, 'genuine image', 'genuine images')}: "
            "some are drawn twice; lower it"
        )
    if 0 < forgeries < needs.forgeries_per_identity:
        notices.append(
            f"train.forgeries_per_identity is {needs.forgeries_per_identity}, but no training "
            f"identity has more than {counted(forgeries, 'forgery', 'forgeries')}: "
            "some are drawn twice; lower it"
        )
    if not forgeries and needs.forgeries_per_identity:
        notices.append("train has no forgeries: train.forgeries_per_identity has no effect")
    return notices


def reference_notices(
    name: str, part: PartSizes, parameter: str, references: int, identities: int
) -> list[str]:
    """Returns what is not measured for want of references.

    Args:
        name: of the part.
        part: its sizes.
        parameter: the dotted name of `references`.
        references: of a claim; a further genuine image of the identity is its probe.
        identities: the least that must have so many: 1 to verify, 2 to identify.
    """
    able = part.with_more_than(references)
    if able >= identities:
        return []
    most = part.most_references(identities)
    remedy = f"set it to {most} at most" if most > 1 else "bring more genuine images of each"
    needed = "1 is needed" if identities == 1 else f"{identities} are needed"
    return [
        f"{parameter} is {references}, but {name} has {counted(able, 'identity', 'identities')} "
        f"with more genuine images than that, and {needed} for figures with so many references; "
        f"{remedy}"
    ]
