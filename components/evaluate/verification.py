"""The figures of verification: one kind of impostor, one number of references."""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.subject import Part
from components.shared import metrics
from components.shared.pairs import Fusion, Scores, compare, mean


class Verification(NamedTuple):
    """Genuine comparisons and those with one kind of impostor; neither is empty.

    Attributes:
        kind: `skilled` or `random`.
        references: how many a claim has.
        genuine: comparisons of identities with themselves.
        impostor: comparisons with the kind.
        protocol: which one made it.
        fusion: how several distances become one, where a protocol has several ways.
    """

    kind: str
    references: int
    genuine: Scores
    impostor: Scores
    protocol: str = "verification"
    fusion: str | None = None

    @property
    def key(self) -> str:
        """What its metrics' names begin with."""
        parts = (self.protocol, self.kind, f"refs_{self.references}", self.fusion)
        return "/".join(part for part in parts if part is not None)


def verifications(
    embeddings: ArrayLike, part: Part, references: Iterable[int], params: EvaluateParams, fuse: Fusion = mean
) -> list[Verification]:
    """The verifications that the data allows, skilled before random, single reference before several.

    Args:
        embeddings: float [n, D] of the part's images.
        part: whose they are.
        references: numbers of references.
        params: seed and number of the draws.
        fuse: makes one distance of those to several references.
    """
    result = []
    for count in references:
        all_kinds = compare(embeddings, part.identity, part.forged, count, params.draws, params.seed, fuse)
        for kind, impostor in (("skilled", all_kinds.skilled), ("random", all_kinds.random)):
            if len(all_kinds.genuine.distance) and len(impostor.distance):
                result.append(Verification(kind, count, all_kinds.genuine, impostor))
    return sorted(result, key=lambda v: ("skilled", "random").index(v.kind))


def figures(
    verification: Verification, params: EvaluateParams, only: Collection[str] | None = None
) -> dict[str, float]:
    """EER, mean EER per identity, AUC, FRR at the wanted FAR, or only some of them, and what they stand on.

    `n_identities` counts the identities with comparisons of both sorts, `n_pairs` all comparisons.
    """
    genuine, impostor = verification.genuine.distance, verification.impostor.distance
    users = user_eers(verification)
    values: dict[str, Callable[[], float]] = {
        "eer": lambda: metrics.eer(genuine, impostor).rate,
        "eer_user": lambda: float(np.mean(list(users.values()))) if users else np.nan,
        "auc": lambda: metrics.auc(genuine, impostor),
        f"frr_at_{params.far_name}": lambda: metrics.frr_at_far(genuine, impostor, params.far),
    }
    result = {name: value() for name, value in values.items() if only is None or name in only}
    result |= {"n_identities": len(users), "n_pairs": len(genuine) + len(impostor)}
    return {f"{verification.key}/{name}": value for name, value in result.items() if np.isfinite(value)}


def user_eers(verification: Verification) -> dict[int, float]:
    """The EER of each identity with a threshold of its own, where it has comparisons of both sorts."""
    genuine, impostor = _by_identity(verification.genuine), _by_identity(verification.impostor)
    return {name: metrics.eer(genuine[name], impostor[name]).rate for name in genuine if name in impostor}


def _by_identity(scores: Scores) -> dict[int, NDArray[np.float32]]:
    order = np.argsort(scores.identity, kind="stable")
    names, starts = np.unique(scores.identity[order], return_index=True)
    return {int(n): d for n, d in zip(names, np.split(scores.distance[order], starts[1:]), strict=True)}
