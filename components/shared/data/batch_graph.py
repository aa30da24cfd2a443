"""Compiled graphs over batches of encoded images: the normalisation, and rejection by image."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import tensorflow as tf

from components.shared.data.normalisation import Normalisation
from components.shared.data.normalisation_rules import DAMAGED
from components.shared.data.normalise_graph import with_findings
from components.shared.data.outcomes import Normalised, Rejected

T = TypeVar("T")


def build_normaliser(
    spec: Normalisation,
) -> Callable[[Sequence[bytes]], list[Normalised | Rejected]]:
    """Compiles the normalisation, for use in any thread.

    The images of one call are normalised one after the other, so that only one at a time is held
    decoded; the cost of a call by itself (0.1 ms) is shared by them.

    Args:
        spec: mode and size of the images.

    Returns:
        A function of PNGs or JPEGs that returns each as `Normalised` or `Rejected`.
    """
    result = (
        tf.TensorSpec(spec.shape, tf.uint8),
        tf.TensorSpec([], tf.int32),
        tf.TensorSpec([], tf.bool),
    )
    graph = tf.function(
        lambda encoded: tf.map_fn(
            lambda one: with_findings(one, spec),
            encoded,
            parallel_iterations=1,
            fn_output_signature=result,
        ),
        input_signature=[tf.TensorSpec([None], tf.string)],
        autograph=False,  # to convert what has no Python branches would take half of the time
    ).get_concrete_function()
    # The first call optimises the graph; threads that begin together would each do it.
    graph(tf.constant([], tf.string))

    def call(encoded: tf.Tensor) -> list[Normalised]:
        pixels, greys, inverted = graph(encoded)
        return [
            Normalised(image, int(grey), bool(turned))
            for image, grey, turned in zip(
                pixels.numpy(), greys.numpy(), inverted.numpy(), strict=True
            )
        ]

    return reject_bad_images(call)


def reject_bad_images(
    call: Callable[[tf.Tensor], Sequence[T]],
) -> Callable[[Sequence[bytes]], list[T | Rejected]]:
    """Makes a function over a batch reject single images instead of the whole batch.

    Args:
        call: a function of encoded images, string [n], with n results, that raises
            tf.errors.InvalidArgumentError if one image is bad.

    Returns:
        A function that returns for each image its result, or the reason why it is `Rejected`.
    """

    def call_each(encoded: Sequence[bytes]) -> list[T | Rejected]:
        try:
            return list(call(tf.constant(encoded, tf.string, [len(encoded)])))
        except tf.errors.InvalidArgumentError as error:
            if len(encoded) > 1:  # halving finds the bad ones
                half = len(encoded) // 2
                return call_each(encoded[:half]) + call_each(encoded[half:])
            reason = re.search(r"assertion failed: \[(.*?)\]", error.message)
            return [Rejected(reason[1] if reason else DAMAGED)]

    return call_each
