"""Equal and nearly equal images of several identities, which never stand in two parts."""

import logging
from collections.abc import Mapping, Sequence

import pandas as pd

from components.shared.data.near_copies import NEAR_COPIES, NearCopy
from components.shared.runtime.errors import InputError
from components.split.identity_groups import Group


def refuse_divided(near: Sequence[NearCopy], index: pd.DataFrame, parts: Mapping[str, str]) -> None:
    """Refuses parts between which nearly equal images stand, as `partition` does equal ones.

    Args:
        near: pairs of images that are nearly equal.
        index: path and identity of each image.
        parts: of each identity.

    Raises:
        InputError: two such images stand in different parts; with both paths.
    """
    owner = dict(zip(index["path"], index["identity"], strict=True))
    divided = [pair for pair in near if parts[owner[pair.path]] != parts[owner[pair.original]]]
    if divided:
        one, other = divided[0].original, divided[0].path
        raise InputError(
            f"nearly equal images stand in {parts[owner[one]]} as {one} and "
            f"{parts[owner[other]]} as {other} (distance {divided[0].distance}); "
            f"{len(divided)} such pairs in {NEAR_COPIES}: keep one of each, or lower "
            "preprocess.near_copies where they only look alike"
        )


def tell_groups(
    groups: Sequence[Group], parts: Mapping[str, str], shares: Mapping[str, float]
) -> None:
    """Counts the identities that stand together, and warns where a group is too large for a part.

    Args:
        groups: identities that stand together.
        parts: of each identity.
        shares: number of identities that each part was to have.
    """
    linked = [group for group in groups if len(group) > 1]
    if not linked:
        return
    logging.info(
        "%d identities share equal or nearly equal images and stand together, in %d groups",
        sum(map(len, linked)),
        len(linked),
    )
    largest = max(linked, key=len)
    small = [f"{part} ({share:.0f})" for part, share in shares.items() if share < len(largest)]
    if small:
        logging.warning(
            "%d identities, %s among them, share equal or nearly equal images and stand together "
            "in %s: more than were to be in %s",
            len(largest),
            largest[0],
            parts[largest[0]],
            " and ".join(small),
        )
