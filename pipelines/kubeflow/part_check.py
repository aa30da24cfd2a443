"""The parts of a split, checked for what later steps ask of them.

On Kubeflow this is a task beside the split: what evaluate asks would else be an input of the split,
and a change of it would train again, since the cache knows artifacts by their names alone.
"""

import logging
from pathlib import Path

from components.shared.data import partition
from components.shared.data.image_store import read_index
from components.shared.runtime.errors import InputError
from components.split.needs import Needs


def check(needs: Needs, prepared: Path, split: Path) -> None:
    """Warns of all that has no effect, and says in one message all that makes a run impossible.

    Args:
        needs: what train and evaluate ask of the parts.
        prepared: the folder of prepared images; only its index is read.
        split: the folder of the partition.

    Raises:
        InputError: the identities of a part are too few.
    """
    index = read_index(prepared)
    images = index.assign(part=partition.read(split, index)["part"])
    for notice in needs.notices(images):
        logging.warning("%s", notice)
    if faults := needs.faults(images):
        raise InputError("; ".join(faults))
