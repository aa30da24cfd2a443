"""The images of comparisons, found again from the comparisons' places among all of their side."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.shared.verification.comparisons import claimed_images, draw_references
from components.shared.verification.sampling import Draws, Labels

Indices = NDArray[np.intp]
GENUINE = "genuine"


class ComparedImages(NamedTuple):
    """The images of n comparisons, as rows of the labels.

    Attributes:
        references: int32 [n, k], those of the claimed identity.
        questioned: int32 [n].
    """

    references: NDArray[np.int32]
    questioned: NDArray[np.int32]


def find_images(labels: Labels, kind: str, draws: Draws, places: Indices) -> ComparedImages:
    """Finds the images of comparisons of one kind.

    Args:
        labels: of the images.
        kind: `genuine`, `skilled` or `random`.
        draws: of the references.
        places: int [n], ascending, among all comparisons of the kind in the order of
            `comparisons.compare`.

    Three images of one identity make three genuine pairs, the last of images 1 and 2:

    >>> labels = Labels(np.zeros(3, int), np.zeros(3, bool))
    >>> images = find_images(labels, "genuine", Draws(1), np.array([0, 2]))
    >>> images.references.tolist(), images.questioned.tolist()
    ([[0], [1]], [1, 2])
    """
    references = np.empty((len(places), draws.references), np.int32)
    questioned = np.empty(len(places), np.int32)
    start = first = 0
    for claim in claimed_images(labels, draws.references + 1):
        drawn = draw_references(len(claim.genuine), claim.identity, draws)
        probes = {GENUINE: claim.genuine, "skilled": claim.forgeries, "random": claim.others}[kind]
        everyone = np.ones((len(drawn.references), len(probes)), bool)
        compared = drawn.probes if kind == GENUINE else everyone
        end = start + int(compared.sum())
        last = first + int(np.searchsorted(places[first:], end))
        cells = np.flatnonzero(compared)[places[first:last] - start]
        draw, column = np.divmod(cells, max(len(probes), 1))
        used = np.nonzero(drawn.references)[1].reshape(-1, draws.references)
        references[first:last] = claim.genuine[used][draw]
        questioned[first:last] = probes[column]
        start, first = end, last
    return ComparedImages(references, questioned)
