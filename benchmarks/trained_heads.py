"""Heads trained on the features of some images, and the embeddings that they give to all."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from keras import ops
from numpy.typing import NDArray

from benchmarks.folds import Pretrained
from components.train.loop import head_fitting
from components.train.model import fisher_projection, head
from components.train.model.views import PARTS
from components.train.params import TrainParams


def embed(
    images: Pretrained, trainings: Mapping[str, TrainParams], known: NDArray[np.bool_]
) -> dict[str, NDArray[np.float32]]:
    """Embeds images by heads that were trained on some of them, from the same first weights.

    Args:
        images: N images; the head of their embedder is changed, and put back.
        trainings: section `train` of each training, by its name.
        known: bool [N], the images that a head is trained on.

    Returns:
        float32 [N, D] of each training.
    """
    parts = [images.features["whole"][known]]
    parts += [values[known] for view, values in images.features.items() if view in PARTS]
    by_view = np.stack(list(images.features.values()), axis=1)
    identity = np.unique(images.labels.identity[known], return_inverse=True)[1]
    forged = images.labels.forged[known]
    rows = pd.DataFrame({"identity": identity, "kind": np.where(forged, "forgery", "genuine")})
    if images.collection is not None:
        rows["collection"] = images.collection[known]

    model = head.build_head(images.embedder)
    random = [ops.convert_to_numpy(variable) for variable in model.variables]
    examples = fisher_projection.parts_as_identities(parts, identity, forged)
    result = {}
    for name, params in trainings.items():
        _set_variables(model, random)
        head.fit_standardisation(images.embedder, parts[0])
        collection = np.tile(head_fitting.number_collections(params, rows), len(parts))
        head.fit_projection(images.embedder, *examples, collection)
        head_fitting.train_projection(images.embedder, params, by_view[known], rows)
        result[name] = ops.convert_to_numpy(model(by_view, training=False))
    _set_variables(model, random)
    return result


def _set_variables(model: Any, values: Sequence[NDArray[np.generic]]) -> None:
    """Sets all that a model holds, the state of its dropout too."""
    for variable, value in zip(model.variables, values, strict=True):
        variable.assign(value)
