"""Results on single people: identities with the highest error rates, and pictures of mistakes.

Signatures and names are personal data: all of this stays out of the copy of the report that is
uploaded.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import ComparedPart
from components.evaluate.report.mistakes import Mistake, most_confident_mistakes
from components.evaluate.scoring.verification import user_eers
from components.shared.verification.threshold import Threshold, lookup

MAX_HARDEST = 10


class Pair(NamedTuple):
    """A mistake, and PNG files of its reference and its probe as the network sees them."""

    mistake: Mistake
    reference: bytes
    probe: bytes


class Individuals(NamedTuple):
    """The hardest identities and the most confident mistakes.

    Attributes:
        hardest: name and EER of identities, highest EER first.
        mistakes: pairs of images, as `most_confident_mistakes` orders them.
    """

    hardest: list[tuple[str, float]]
    mistakes: list[Pair]


def find_individuals(
    images: NDArray[np.uint8],
    part: ComparedPart,
    thresholds: list[Threshold],
    params: EvaluateParams,
) -> Individuals:
    """Finds the hardest identities and the most confident mistakes of one part.

    Both are those of the part's first verification with a single reference.

    Args:
        images: uint8 [N, H, W, 1 or 3], the store's.
        part: the part.
        thresholds: chosen on val; without the target's there are no mistakes.
        params: of the step; `report.images` switches the pictures off.
    """
    single = next((v for v in part.verifications if v.references == 1), None)
    if single is None:
        return Individuals([], [])
    eers = sorted(user_eers(single).items(), key=lambda item: (-item[1], item[0]))
    hardest = [(part.part.names[code], eer) for code, eer in eers[:MAX_HARDEST]]
    threshold = lookup(thresholds, single.kind, 1, params.target_name)
    if threshold is None or not params.report.images:
        return Individuals(hardest, [])
    mistakes = most_confident_mistakes(part.embeddings, part.part, threshold)
    pairs = [Pair(m, _png(images[m.reference]), _png(images[m.probe])) for m in mistakes]
    return Individuals(hardest, pairs)


def _png(image: NDArray[np.uint8]) -> bytes:
    import cv2

    bgr = np.ascontiguousarray(image[..., ::-1])  # OpenCV's order of the channels
    return bytes(cv2.imencode(".png", bgr)[1])
