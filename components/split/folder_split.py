"""Parts by the source's own folders, and the draw of one that is missing."""

import logging

import pandas as pd

from components.shared.data.copies import Duplicate
from components.shared.data.partition import PARTS
from components.shared.runtime.errors import InputError
from components.split.identity_groups import Group, count_identities
from components.split.random_split import drawn, halved


def by_folders(index: pd.DataFrame, groups: list[Group], val: float, seed: int) -> dict[str, str]:
    """Takes the parts that the source's folders train/ [val/] [test/] name.

    Without test/, half of the identities in val/, drawn by seed, are tested: the threshold is
    chosen on val, so that the two must not be the same. Without val/, it is drawn from train/.

    Args:
        index: identity and part of each image.
        groups: identities that must stand together.
        val: fraction of all identities that validate, where val/ is missing.
        seed: of the draws.

    Raises:
        InputError: there are no such folders, one is missing or unknown, or an identity stands in
            two.
    """
    if "part" not in index:
        raise InputError(
            "split.by is folders, but the source has no folders train/ val/ [test/] of its own"
        )
    if unknown := set(index["part"]) - set(PARTS):
        raise InputError(
            f"split.by is folders, but images have the part '{min(unknown)}' "
            f"(known: {', '.join(PARTS)}): name one for each image, or set split.by to fraction"
        )
    folders = index.groupby("identity")["part"].unique()
    for identity, names in folders[folders.str.len() > 1].items():
        raise InputError(
            f"identity '{identity}' stands in the folders {' and '.join(sorted(names))}; keep one"
        )
    parts = {str(identity): str(names[0]) for identity, names in folders.items()}
    names = set(parts.values())
    if missing := {"train", "val"} - names - ({"val"} if "test" in names else set()):
        raise InputError(
            f"split.by is folders, but the source's folder {min(missing)}/ has no usable images; "
            "set split.by to fraction to draw all parts"
        )
    if "val" not in names:
        _draw_val(parts, groups, val, seed)
    if "test" not in names:
        _divide_val(parts, groups, seed)
    return parts


def refuse_divided_copies(duplicates: list[Duplicate], index: pd.DataFrame) -> None:
    """Refuses a source with one picture in two of its own parts, though preprocess left one out.

    Raises:
        InputError: there is one.
    """
    parts = dict(zip(index["path"], index["part"], strict=True)) if "part" in index else {}
    for copy in duplicates:
        part = parts.get(copy.original)
        if copy.part != part:
            raise InputError(
                f"the same image stands in the folders {part} as {copy.original} "
                f"and {copy.part} as {copy.path}; keep one"
            )


def warn_of_mixing(index: pd.DataFrame) -> None:
    """Warns that the source has parts of its own, which the draw by seed does not keep."""
    parts = [part for part in PARTS if part in set(index.get("part", ()))]
    if parts:
        logging.warning(
            "the source has %s of its own, which are mixed: split.by is fraction; "
            "set split.by to folders to keep them apart",
            " ".join(f"{part}/" for part in parts),
        )


def _draw_val(parts: dict[str, str], groups: list[Group], val: float, seed: int) -> None:
    """Moves a fraction of all identities from train to val; groups that test shares stay."""
    test = {identity for identity, part in parts.items() if part == "test"}
    train_groups = [group for group in groups if test.isdisjoint(group)]
    if len(train_groups) < 2:
        raise InputError(
            "the source has no val/, and its train/ too few identities (1) to draw val from"
        )
    val_groups = drawn(train_groups, val, len(parts), seed)
    for group in val_groups:
        parts.update(dict.fromkeys(group, "val"))
    logging.info(
        "the source has no val/: %d identities of train/, drawn by seed, validate",
        count_identities(val_groups),
    )


def _divide_val(parts: dict[str, str], groups: list[Group], seed: int) -> None:
    """Moves half of val to test."""
    val = {identity for identity, part in parts.items() if part == "val"}
    val_groups = [group for group in groups if not val.isdisjoint(group)]
    if len(val_groups) < 2:
        raise InputError(
            "the source has no test/, and its val/ too few identities (1) "
            "to be halved into val and test"
        )
    _, test_groups = halved(val_groups, seed)
    for group in test_groups:
        parts.update(dict.fromkeys(val.intersection(group), "test"))
    logging.info(
        "the source has no test/: half of val/, drawn by seed, is tested (%d identities)",
        count_identities(test_groups),
    )
