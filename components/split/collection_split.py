"""Parts by collection: some are trained on, and others tested."""

import logging

import pandas as pd

from components.shared.runtime.errors import InputError
from components.split.identity_groups import Group, count_identities
from components.split.params import SplitParams
from components.split.random_split import drawn


def by_collection(index: pd.DataFrame, groups: list[Group], params: SplitParams) -> dict[str, str]:
    """Gives each collection's identities the part that `split.collections` names for it.

    Collections that are not named are trained on. Where val has none, a fraction `split.val` of the
    identities to train on, drawn by seed, validates.

    Args:
        index: identity and collection of each image.
        groups: identities that must stand together.
        params: of the step.

    Returns:
        The part of each identity.

    Raises:
        InputError: the images come from a single source, `split.collections` does not suit them, or
            there are too few identities to draw val from.
    """
    names = sorted(set(index.get("collection", ())))
    if faults := params.collection_faults(names):
        raise InputError("; ".join(faults))
    part_of = params.collections.part_of(names)
    owners = dict(zip(index["identity"], index["collection"], strict=True))
    parts = {identity: part_of[collection] for identity, collection in owners.items()}
    if not params.collections.val:
        _draw_val(parts, groups, params)
    return parts


def _draw_val(parts: dict[str, str], groups: list[Group], params: SplitParams) -> None:
    """Moves a fraction of the identities from train to val; groups that test shares stay."""
    train = {identity for identity, part in parts.items() if part == "train"}
    candidates = [group for group in groups if train.issuperset(group)]
    if len(candidates) < 2:
        raise InputError(
            "split.collections.val is empty, and the collections to train on have too few "
            f"identities ({len(candidates)}) to draw val from: name a collection"
        )
    val_groups = drawn(candidates, params.val, len(train), params.seed)
    for group in val_groups:
        parts.update(dict.fromkeys(group, "val"))
    logging.info(
        "%d identities of the collections to train on, drawn by seed, validate",
        count_identities(val_groups),
    )
