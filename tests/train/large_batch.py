"""A batch with more positives than usual, to see how far memory goes in the compiled loss of each
backend.
"""

from typing import Any

import numpy as np
from keras import ops

from components.train.loss import mining
from components.train.loss.triplet_loss import triplet_loss
from tests.train.brute_force import unit_rows

IDENTITIES, IMAGES, MEMORY = 3, 20, 7
ROWS = unit_rows(IDENTITIES * IMAGES, 0)
LARGEST = len(ROWS) * (len(ROWS) + MEMORY)  # elements of a distance matrix
KINDS = ("semi_hard", "hard", "batch_all")


def mined_loss(kind: str, rows: Any) -> Any:
    """The loss of one of `KINDS`, with a memory."""
    distance = mining.distances(rows, memory=ops.convert_to_tensor(unit_rows(MEMORY, 1)))
    labels = np.repeat(np.arange(IDENTITIES, dtype=np.int32), IMAGES)
    masks = mining.masks(
        ops.convert_to_tensor(labels), ops.convert_to_tensor(np.full(MEMORY, 99, np.int32))
    )
    positives = [IMAGES - 1] * (kind != "hard")
    return triplet_loss(getattr(mining, kind)(distance, masks, *positives), 0.2).value
