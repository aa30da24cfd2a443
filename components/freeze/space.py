"""The space of embeddings: a name of all that an embedding depends on.

Freezing the same weights again gives the same name, whatever else in the bundle has changed, so
that what was enrolled with it stays comparable.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from components.shared.data.normalisation import VERSION, Normalisation


def space_of(weights: Iterable[Any], normalisation: Normalisation) -> str:
    """Returns the sha256 of a network's weights and normalisation, in hexadecimal digits.

    Args:
        weights: Keras variables, each with its `path` and `numpy()`; their order does not count.
        normalisation: that of the network's training.
    """
    digest = hashlib.sha256()
    for weight in sorted(weights, key=lambda weight: str(weight.path)):
        values = np.ascontiguousarray(weight.numpy())
        digest.update(f"{weight.path} {values.dtype.str} {values.shape}\n".encode())
        digest.update(values.tobytes())
    settings = {"version": VERSION, **normalisation.model_dump()}
    digest.update(json.dumps(settings, sort_keys=True).encode())
    return digest.hexdigest()
