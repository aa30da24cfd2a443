"""The change of the equal error rate from one network to another, on the same comparisons."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from components.shared.verification import influence
from components.shared.verification.comparisons import Floats, Fusion, Scores, compare, mean
from components.shared.verification.estimate import Estimate
from components.shared.verification.in_memory import InMemoryScores
from components.shared.verification.roc_thinning import thin
from components.shared.verification.sampling import Draws, Labels

F32 = npt.NDArray[np.float32]


class EerChange(NamedTuple):
    """Two networks on the comparisons of one reference with one probe.

    Attributes:
        kind: of the impostors, `skilled` or `random`.
        before: equal error rate of the first network.
        after: of the second.
        interval: 95 % interval of after − before, over the same identities; None of too few.
        flipped: comparisons that a limit decides otherwise; None without a limit.
        comparisons: number of all.
    """

    kind: str
    before: float
    after: float
    interval: tuple[float, float] | None
    flipped: int | None
    comparisons: int


def kind_of(labels: Labels) -> str:
    """Returns the kind of impostors that counts: `skilled` where there are forgeries."""
    return "skilled" if np.any(labels.forged) else "random"


def measure(
    before: F32, after: F32, labels: Labels, limit: float | None, *, mixed: bool = False
) -> EerChange | None:
    """Measures the change of the equal error rate.

    Args:
        before: embeddings of N images by the first network, [N, D].
        after: the same by the second.
        labels: of the images.
        limit: largest distance that is accepted.
        mixed: of the second network only the probes, as where people were enrolled with the first.

    Returns:
        None where there are no comparisons of genuine images, or none with impostors.
    """
    kind = kind_of(labels)
    old = _scores(before, labels, kind, mean)
    if mixed:
        new = _scores(np.concatenate([before, after], axis=1), labels, kind, _across)
    else:
        new = _scores(after, labels, kind, mean)
    if not all(len(scores.distance) for scores in old):
        return None
    first, second = _estimate(*old), _estimate(*new)
    flipped = None
    if limit is not None:
        flipped = sum(_flipped(*pair, limit) for pair in zip(old, new, strict=True))
    return EerChange(
        kind=kind,
        before=first.value,
        after=second.value,
        interval=(second - first).interval(),
        flipped=flipped,
        comparisons=sum(len(scores.distance) for scores in old),
    )


def _scores(embeddings: F32, labels: Labels, kind: str, fuse: Fusion) -> tuple[Scores, Scores]:
    compared = compare(embeddings, labels, Draws(1), fuse)
    return compared.genuine, compared.skilled if kind == "skilled" else compared.random


def _across(genuine: Floats, probes: Floats, references: npt.NDArray[np.bool_]) -> Floats:
    """Fuses distances of references by the first half of a vector to probes by the second."""
    half = genuine.shape[1] // 2
    return mean(genuine[:, :half], probes[:, half:], references)


def _estimate(genuine: Scores, impostor: Scores) -> Estimate:
    scores = InMemoryScores(genuine, impostor)
    counts = scores.accepted(thin(scores.curve()).threshold)
    return influence.of_eer(scores.eer().rate, counts)


def _flipped(before: Scores, after: Scores, limit: float) -> int:
    return int(np.count_nonzero((before.distance <= limit) != (after.distance <= limit)))
