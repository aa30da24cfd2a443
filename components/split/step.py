"""The split step: images divided into train, val and test, disjoint in identities and pictures."""

import logging
from pathlib import Path

import pandas as pd

from components.shared.data import partition
from components.shared.data.copies import read_duplicates
from components.shared.data.image_store import read_index
from components.shared.data.near_copies import read_near_copies
from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_folder
from components.split.collection_split import by_collection
from components.split.csv_split import by_csv
from components.split.folder_split import by_folders, refuse_divided_copies, warn_of_mixing
from components.split.identity_groups import Group, count_identities, groups_of
from components.split.linked_images import refuse_divided, tell_groups
from components.split.needs import Needs
from components.split.params import SplitParams
from components.split.random_split import by_folds, by_fraction


def run(
    params: SplitParams, prepared: Path, out: Path, needs: Needs | None = None
) -> dict[str, float]:
    """Writes split.parquet (row, part, fold) into `out`.

    Args:
        params: how the identities are divided.
        prepared: the folder of prepared images; only its index is read.
        out: becomes the folder of the partition, complete or not at all.
        needs: what train and evaluate ask of the parts; None: nothing.

    Returns:
        {train,val,test}_{identities,images}.

    Raises:
        InputError: the identities cannot be divided so, equal or nearly equal images would stand in
            two parts, or the identities are too few for what is asked of them.
    """
    index = read_index(prepared)
    if params.by == "folders":
        refuse_divided_copies(read_duplicates(prepared), index)
    near = read_near_copies(prepared)
    groups = groups_of(index, near)
    parts, folds = _divide(params, index, groups)
    refuse_divided(near, index, parts)
    tell_groups(groups, parts, params.shares(count_identities(groups)))
    table = pd.DataFrame(
        {
            "row": range(len(index)),
            "part": index["identity"].map(parts),
            "fold": index["identity"].map(lambda identity: folds.get(identity, -1)),
        }
    )
    if needs:
        _check(needs, index.assign(part=table["part"]))
    with atomic_folder(out) as fresh:
        partition.write(table, index, fresh)
    figures: dict[str, float] = {}
    for part in partition.PARTS:
        images = index[table["part"] == part]
        identities = images["identity"].nunique()
        figures[f"{part}_identities"] = float(identities)
        figures[f"{part}_images"] = float(len(images))
        logging.info("%s: %d identities, %d images", part, identities, len(images))
    return figures


def _check(needs: Needs, images: pd.DataFrame) -> None:
    """Warns of all that has no effect, and says in one message all that makes a run impossible."""
    for notice in needs.notices(images):
        logging.warning("%s", notice)
    if faults := needs.faults(images):
        raise InputError("; ".join(faults))


def _divide(
    params: SplitParams, index: pd.DataFrame, groups: list[Group]
) -> tuple[dict[str, str], dict[str, int]]:
    """Returns the part of each identity, and its fold where there are folds."""
    if params.by == "folders":
        return by_folders(index, groups, params.val, params.seed), {}
    if params.by == "collection":
        return by_collection(index, groups, params), {}
    if params.by != "fraction":
        return by_csv(index, Path(params.by)), {}
    warn_of_mixing(index)
    if params.folds:
        return by_folds(
            groups,
            folds=params.folds,
            fold=params.fold,
            val=params.val,
            seed=params.seed,
        )
    return by_fraction(groups, params.val, params.test, params.seed), {}
