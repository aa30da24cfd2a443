"""The normalisation as preprocess runs it: each image is decoded once, for all that is asked of it.

It needs no TensorFlow, whose import and tracing took longer than a small set.
"""

from collections.abc import Sequence

from components.preprocess.params import PreprocessParams
from components.preprocess.perceptual_hash import hash_grey
from components.shared.data.decoding import decode, to_grey
from components.shared.data.normalise import normalise_pixels
from components.shared.data.outcomes import Normalised, Rejected
from components.shared.data.preparation import Graph
from components.shared.data.quality import judge_page


def build_normaliser(params: PreprocessParams) -> Graph:
    """Returns a function of PNGs or JPEGs, for use in any thread.

    Args:
        params: of the step; with `near_copies` each image is hashed as it came, with `quality`
            those are rejected that cannot carry a decision.

    Returns:
        It returns each as `Normalised`, or as `Rejected` with the reason.
    """

    def normalise_each(encoded: Sequence[bytes]) -> list[Normalised | Rejected]:
        return [_normalise(one, params) for one in encoded]

    return normalise_each


def _normalise(encoded: bytes, params: PreprocessParams) -> Normalised | Rejected:
    try:
        pixels = decode(encoded, params.channels)
        judge = judge_page if params.judges_quality else None
        normalised = normalise_pixels(pixels, params.normalisation, judge)
    except Rejected as reason:
        return reason
    if not params.near_copies:
        return normalised
    return normalised._replace(source_hash=hash_grey(to_grey(pixels)[:, :, 0]))
