"""What the report says of single people: whose error rates are highest, and pictures of what was
mistaken.

Signatures and names are personal data: all of this stays out of the copy of the report that is
uploaded.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import Subject
from components.evaluate.report.mistakes import Mistake, mistakes
from components.evaluate.scoring.verification import user_eers
from components.shared.verification.threshold import Threshold, lookup

HARDEST = 10


class Pair(NamedTuple):
    """A mistake, and PNG files of the reference and the probe as the network sees them."""

    mistake: Mistake
    reference: bytes
    probe: bytes


class People(NamedTuple):
    """Identities with the highest EERs, highest first, and the most confident mistakes."""

    hardest: list[tuple[str, float]]
    pairs: list[Pair]


def people(
    images: NDArray[np.uint8], of: Subject, chosen: list[Threshold], params: EvaluateParams
) -> People:
    """What there is to say of the people of one part.

    Args:
        images: uint8 [N, H, W, 1 or 3], the store's.
        of: the part; its first verification with a single reference is told of.
        chosen: thresholds; without the target's there are no mistakes.
        params: of the step; `report.images` switches the pictures off.
    """
    single = next((v for v in of.verifications if v.references == 1), None)
    if single is None:
        return People([], [])
    eers = sorted(user_eers(single).items(), key=lambda item: (-item[1], item[0]))
    hardest = [(of.part.names[code], eer) for code, eer in eers[:HARDEST]]
    threshold = lookup(chosen, single.kind, 1, params.target_name)
    if threshold is None or not params.report.images:
        return People(hardest, [])
    worst = mistakes(of.vectors, of.part, threshold)
    return People(
        hardest, [Pair(m, _png(images[m.reference]), _png(images[m.probe])) for m in worst]
    )


def _png(image: NDArray[np.uint8]) -> bytes:
    import cv2

    colour = np.ascontiguousarray(image[..., ::-1])  # RGB becomes OpenCV's BGR
    return bytes(cv2.imencode(".png", colour)[1])
