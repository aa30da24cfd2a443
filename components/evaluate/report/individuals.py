"""Results on single people: identities with the highest error rates, and pictures of mistakes.

Signatures, names and paths of files are personal data: all of this stays out of the copy of the
report that is uploaded.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import ComparedPart
from components.evaluate.report.mistakes import Mistake, most_confident_mistakes
from components.evaluate.scoring.verification import user_eers
from components.shared.data.image_store import ImageStore
from components.shared.verification.threshold import Threshold, lookup

MAX_HARDEST = 10


class Picture(NamedTuple):
    """An image of the store.

    Attributes:
        png: its file as PNG.
        path: of its source, in data/raw.
    """

    png: bytes
    path: str


class Pair(NamedTuple):
    """A mistake, and its two images as the network sees them."""

    mistake: Mistake
    reference: Picture
    probe: Picture


class Individuals(NamedTuple):
    """The hardest identities and the most confident mistakes.

    Attributes:
        hardest: name and EER of identities, highest EER first.
        mistakes: pairs of images, as `most_confident_mistakes` orders them.
    """

    hardest: list[tuple[str, float]]
    mistakes: list[Pair]


def find_individuals(
    store: ImageStore,
    part: ComparedPart,
    thresholds: list[Threshold],
    params: EvaluateParams,
) -> Individuals:
    """Finds the hardest identities and the most confident mistakes of one part.

    Both are those of the part's first verification with a single reference.

    Args:
        store: the images, and the paths of their sources.
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
    pairs = [Pair(m, _picture(store, m.reference), _picture(store, m.probe)) for m in mistakes]
    return Individuals(hardest, pairs)


def _picture(store: ImageStore, row: int) -> Picture:
    return Picture(_png(store.images[row]), str(store.index["path"].iloc[row]))


def _png(image: NDArray[np.uint8]) -> bytes:
    import cv2

    bgr = np.ascontiguousarray(image[..., ::-1])  # OpenCV's order of the channels
    return bytes(cv2.imencode(".png", bgr)[1])
