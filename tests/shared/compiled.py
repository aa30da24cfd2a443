"""The normalisation as a graph: eagerly it takes a hundred times as long for an image."""

from collections.abc import Callable
from functools import cache

import tensorflow as tf

from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise_graph import normalise


@cache
def compiled(spec: Normalisation) -> Callable[[tf.Tensor], tf.Tensor]:
    """Compiles the normalisation of one encoded image, once for each specification."""
    graph: Callable[[tf.Tensor], tf.Tensor] = tf.function(
        lambda encoded: normalise(encoded, spec),
        input_signature=[tf.TensorSpec([], tf.string)],
        autograph=False,
    )
    return graph
