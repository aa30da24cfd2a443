"""Identities that share an image stand together: groups, drawn by seed."""

import numpy as np
import pandas as pd

Group = tuple[str, ...]


def groups_of(index: pd.DataFrame) -> list[Group]:
    """The identities, sorted, those that share identical bytes (also through a third one) in one
    group.
    """
    leader = {identity: identity for identity in sorted(set(index["identity"]))}

    def find(identity: str) -> str:
        while leader[identity] != identity:
            leader[identity] = leader[leader[identity]]
            identity = leader[identity]
        return identity

    shared = index[["sha256", "identity"]].drop_duplicates().groupby("sha256")["identity"]
    for identities in shared.agg(list):
        for other in identities[1:]:
            first, second = sorted((find(identities[0]), find(other)))
            leader[second] = first
    members: dict[str, list[str]] = {}
    for identity in leader:
        members.setdefault(find(identity), []).append(identity)
    return [tuple(group) for group in members.values()]


def shuffled(groups: list[Group], *seed: int) -> list[Group]:
    """The groups in an order drawn from the seed, the same on every platform."""
    return [groups[i] for i in np.random.default_rng(seed).permutation(len(groups))]


def size(groups: list[Group]) -> int:
    """The number of identities in some groups."""
    return sum(map(len, groups))
