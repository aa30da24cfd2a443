"""Compiled graphs over encoded images, for any thread: the normalisation, and any other that may
refuse an image.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import tensorflow as tf

from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise_graph import with_median_grey
from components.shared.data.source_files import Normalised, Rejected

T = TypeVar("T")


def build_normaliser(
    spec: Normalisation,
) -> Callable[[Sequence[bytes]], list[Normalised | Rejected]]:
    """A function of PNGs or JPEGs that gives each one `Normalised`, or why it is `Rejected`.

    The images of one call are worked on one after the other, so that no more than one is held
    decoded; what a call costs by itself (0.1 ms) is shared by them.
    """
    result = (tf.TensorSpec(spec.shape, tf.uint8), tf.TensorSpec([], tf.int32))
    graph = tf.function(
        lambda encoded: tf.map_fn(
            lambda one: with_median_grey(one, spec),
            encoded,
            parallel_iterations=1,
            fn_output_signature=result,
        ),
        input_signature=[tf.TensorSpec([None], tf.string)],
    ).get_concrete_function()
    graph(tf.constant([], tf.string))  # optimised now: threads that begin together would each do it

    def call(encoded: tf.Tensor) -> list[Normalised]:
        pixels, greys = graph(encoded)
        return [
            Normalised(image, int(grey))
            for image, grey in zip(pixels.numpy(), greys.numpy(), strict=True)
        ]

    return reject_bad_images(call)


def reject_bad_images(
    call: Callable[[tf.Tensor], Sequence[T]],
) -> Callable[[Sequence[bytes]], list[T | Rejected]]:
    """A function of encoded images that says of each what `call` gives, or why its graph refuses
    it.

    Args:
        call: of encoded images, string [n], gives n results; raises tf.errors.InvalidArgumentError
            where one is bad.
    """

    def each(encoded: Sequence[bytes]) -> list[T | Rejected]:
        try:
            return list(call(tf.constant(encoded, tf.string, [len(encoded)])))
        except tf.errors.InvalidArgumentError as error:
            if len(encoded) > 1:  # which of them is at fault is found by halving
                half = len(encoded) // 2
                return each(encoded[:half]) + each(encoded[half:])
            stated = re.search(r"assertion failed: \[(.*?)\]", error.message)
            return [Rejected(stated[1] if stated else "truncated or damaged image")]

    return each
