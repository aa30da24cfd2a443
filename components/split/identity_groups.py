"""Groups of identities that share an image and so must stand in the same part."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from components.shared.data.identities import unify
from components.shared.data.near_copies import NearCopy

Group = tuple[str, ...]


def groups_of(index: pd.DataFrame, near: Iterable[NearCopy] = ()) -> list[Group]:
    """Groups identities that share equal or nearly equal images, also through a third one
    (union-find).

    With images of w0, w1, w2, w3 where w0 and w2 share an image, and w2 and w3 another one, the
    groups are (w0, w2, w3) and (w1).

    Args:
        index: `path`, `identity` and `sha256` of each image.
        near: pairs of these images that are nearly equal.

    Returns:
        The groups, sorted by their first identity, and each of them sorted.
    """
    index = index.assign(identity=unify(index["identity"]))
    leader = {identity: identity for identity in sorted(set(index["identity"]))}

    def find(identity: str) -> str:
        """Follows the leaders up to the group's first identity."""
        while leader[identity] != identity:
            leader[identity] = leader[leader[identity]]
            identity = leader[identity]
        return identity

    shared = index[["sha256", "identity"]].drop_duplicates().groupby("sha256")["identity"]
    linked = list(shared.agg(list))
    owner = dict(zip(index["path"], index["identity"], strict=True))
    linked += [[owner[pair.original], owner[pair.path]] for pair in near]
    for identities in linked:
        for other in identities[1:]:
            first, second = sorted((find(identities[0]), find(other)))
            leader[second] = first
    members: dict[str, list[str]] = {}
    for identity in leader:
        members.setdefault(find(identity), []).append(identity)
    return [tuple(group) for group in members.values()]


def shuffled(groups: list[Group], *seed: int) -> list[Group]:
    """Returns the groups in an order drawn from the seed, the same on every platform."""
    return [groups[i] for i in np.random.default_rng(seed).permutation(len(groups))]


def count_identities(groups: list[Group]) -> int:
    """Counts the identities in some groups."""
    return sum(map(len, groups))
