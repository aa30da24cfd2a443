"""The figures of verification: one kind of impostor, one number of references."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.subject import Part
from components.shared import metrics
from components.shared.pairs import Scores, compare


class Verification(NamedTuple):
    """Genuine comparisons and those with one kind of impostor; neither is empty."""

    kind: str
    references: int
    genuine: Scores
    impostor: Scores

    @property
    def key(self) -> str:
        """What its metrics' names begin with."""
        return f"verification/{self.kind}/refs_{self.references}"


def verifications(
    embeddings: ArrayLike, part: Part, references: list[int], params: EvaluateParams
) -> list[Verification]:
    """The verifications that the data allows, skilled before random, single reference before several.

    Args:
        embeddings: float [n, D] of the part's images.
        part: whose they are.
        references: numbers of references.
        params: seed and number of the draws.
    """
    result = []
    for count in references:
        all_kinds = compare(embeddings, part.identity, part.forged, count, params.draws, params.seed)
        for kind, impostor in (("skilled", all_kinds.skilled), ("random", all_kinds.random)):
            if len(all_kinds.genuine.distance) and len(impostor.distance):
                result.append(Verification(kind, count, all_kinds.genuine, impostor))
    return sorted(result, key=lambda v: ("skilled", "random").index(v.kind))


def figures(verification: Verification, params: EvaluateParams) -> dict[str, float]:
    """EER, mean EER per identity, AUC, FRR at the wanted FAR, and what they stand on.

    `n_identities` counts the identities with comparisons of both sorts, `n_pairs` all comparisons.
    """
    genuine, impostor = verification.genuine.distance, verification.impostor.distance
    users = user_eers(verification)
    values = {"eer": metrics.eer(genuine, impostor).rate}
    if users:
        values["eer_user"] = float(np.mean(list(users.values())))
    values["auc"] = metrics.auc(genuine, impostor)
    values[f"frr_at_{params.far_name}"] = metrics.frr_at_far(genuine, impostor, params.far)
    values["n_identities"] = len(users)
    values["n_pairs"] = len(genuine) + len(impostor)
    return {f"{verification.key}/{name}": value for name, value in values.items()}


def user_eers(verification: Verification) -> dict[int, float]:
    """The EER of each identity with a threshold of its own, where it has comparisons of both sorts."""
    genuine, impostor = _by_identity(verification.genuine), _by_identity(verification.impostor)
    return {name: metrics.eer(genuine[name], impostor[name]).rate for name in genuine if name in impostor}


def _by_identity(scores: Scores) -> dict[int, NDArray[np.float32]]:
    order = np.argsort(scores.identity, kind="stable")
    names, starts = np.unique(scores.identity[order], return_index=True)
    return {int(n): d for n, d in zip(names, np.split(scores.distance[order], starts[1:]), strict=True)}
