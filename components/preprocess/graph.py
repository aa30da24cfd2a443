"""The normalisation as one compiled graph that any thread may call."""

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.preprocess.convert import Rejected
from components.shared.images import Normalisation
from components.shared.normalise import normalise


def compiled(spec: Normalisation) -> Callable[[bytes], npt.NDArray[np.uint8]]:
    """A function of PNG or JPEG bytes that gives uint8 [H, W, C]; it raises `Rejected`, with the reason."""
    signature = [tf.TensorSpec([], tf.string)]
    graph = tf.function(lambda encoded: normalise(encoded, spec), input_signature=signature).get_concrete_function()

    def call(encoded: bytes) -> npt.NDArray[np.uint8]:
        try:
            pixels: npt.NDArray[np.uint8] = graph(tf.constant(encoded)).numpy()
        except tf.errors.InvalidArgumentError as error:
            stated = re.search(r"assertion failed: \[(.*?)\]", error.message)
            raise Rejected(stated[1] if stated else "truncated or damaged image") from None
        return pixels

    return call
