"""The least FAR that the impostors of val can show, told before a model is trained."""

import numpy as np

from components.shared.data import part_sizes
from components.shared.data.part_sizes import PartSizes
from components.shared.verification.metric_names import IMPOSTORS
from components.shared.verification.rule_of_three import least_far, percent


def target_notices(val: PartSizes, target: float | str) -> list[str]:
    """Returns which FAR val can show with one reference, where the target is less.

    It is that against skilled forgeries or else against random ones.

    Args:
        val: sizes of the part.
        target: `evaluate.target`; a number is the FAR that the threshold is to allow.
    """
    counts = count_impostors(val)
    kind = "skilled" if counts["skilled"][1] else "random"
    identities, impostors = counts[kind]
    least = least_far(kind, identities, impostors)
    if isinstance(target, str) or target >= least:
        return []
    counted = part_sizes.counted(identities, "identity", "identities")
    return [
        f"evaluate.target is a FAR of {100 * target:g} %, but val can show none below "
        f"{percent(least)}: it has {counted} and {impostors:,} comparisons with "
        f"{IMPOSTORS[kind]}; raise split.val or evaluate.target"
    ]


def count_impostors(part: PartSizes) -> dict[str, tuple[int, int]]:
    """Counts the comparisons with impostors, with one reference.

    An identity is claimed where it has two genuine images at least.

    Returns:
        By kind, skilled before random, the number of identities that are claimed and have such
        impostors, and of the comparisons.
    """
    counts: dict[str, tuple[int, int]] = {}
    impostors = {"skilled": part.forgeries, "random": part.genuine.sum() - part.genuine}
    for kind, others in impostors.items():
        comparisons = np.where(part.genuine > 1, part.genuine * others, 0)
        counts[kind] = int(np.count_nonzero(comparisons)), int(comparisons.sum())
    return counts
