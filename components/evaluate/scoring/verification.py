"""The figures of verification: one kind of impostor, one number of references."""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from components.evaluate.scoring.claim_blocks import Claims
from components.evaluate.scoring.in_memory import Held
from components.evaluate.scoring.out_of_core import Counted
from components.evaluate.scoring.pair_blocks import Products
from components.shared.verification.comparisons import Fusion, Scores, compare, mean
from components.shared.verification.metric_names import KINDS, VERIFICATION, Comparisons, at_far
from components.shared.verification.sampling import Draws, Labels

FAR = 0.01
MOST_HELD = 20_000_000
"""Comparisons; more are counted."""


class Verification(NamedTuple):
    """Genuine comparisons and those with one kind of impostor; neither is empty.

    Attributes:
        kind: `skilled` or `random`.
        references: how many a claim has.
        genuine: comparisons of identities with themselves.
        impostor: comparisons with the kind.
        protocol: which one made it.
        fusion: how several distances become one, where a protocol has several ways.
        counted: answers where the comparisons are too many to hold; `genuine` and `impostor` are
            then a sample.
    """

    kind: str
    references: int
    genuine: Scores
    impostor: Scores
    protocol: str = VERIFICATION
    fusion: str | None = None
    counted: Counted | None = None

    @property
    def scored(self) -> Held | Counted:
        """What is asked of all comparisons."""
        return self.counted or Held(self.genuine, self.impostor)

    @property
    def key(self) -> str:
        """What its metrics' names begin with."""
        return str(Comparisons(self.kind, self.references, self.protocol, self.fusion))


def verifications(
    embeddings: ArrayLike,
    labels: Labels,
    numbers: Iterable[Draws],
    far: float = FAR,
    fuse: Fusion = mean,
) -> list[Verification]:
    """The verifications that the data allows, skilled before random, single reference before
    several.

    Args:
        embeddings: float [n, D].
        labels: of the n images.
        numbers: the draws of each number of references.
        far: FAR at which FRR will be asked; out of core it is found in the same pass as the EER.
        fuse: makes one distance of those to several references.
    """
    found: list[Verification] = []
    for draws in numbers:
        count = draws.references
        each = {kind: Claims(embeddings, labels, kind, draws, fuse) for kind in KINDS}
        if sum(sum(claims.totals) for claims in each.values()) <= MOST_HELD:
            all_kinds = compare(embeddings, labels, draws, fuse)
            sides = {"skilled": all_kinds.skilled, "random": all_kinds.random}
            found += [Verification(kind, count, all_kinds.genuine, sides[kind]) for kind in KINDS]
        else:
            found += [
                _large(claims, embeddings, labels, draws.seed, far)
                for claims in each.values()
                if all(claims.totals)
            ]
    found = [v for v in found if len(v.genuine.distance) and len(v.impostor.distance)]
    return sorted(found, key=lambda v: KINDS.index(v.kind))


def _large(
    claims: Claims, embeddings: ArrayLike, labels: Labels, seed: int, far: float
) -> Verification:
    """Too many to be compared at once: still held if this kind alone allows it, otherwise counted."""
    if sum(claims.totals) <= MOST_HELD:
        return Verification(claims.kind, claims.references, *claims.scores())
    single = claims.references == 1
    source = Products(embeddings, labels, claims.kind) if single else claims
    counted = Counted(claims, source, far, seed)
    return Verification(claims.kind, claims.references, *counted.sample, counted=counted)


def figures(
    verification: Verification, far: float, only: Collection[str] | None = None
) -> dict[str, float]:
    """EER, mean EER per identity, AUC, FRR at the wanted FAR, or only some of them, and what they
    stand on.

    `n_identities` counts the identities with comparisons of both sorts, `n_pairs` all comparisons.
    """
    scored = verification.scored
    users = scored.user_eers()
    values: dict[str, Callable[[], float]] = {
        "eer": lambda: scored.eer().rate,
        "eer_user": lambda: float(np.mean(list(users.values()))) if users else np.nan,
        "auc": scored.auc,
        at_far("frr", far): lambda: scored.at_far(far)[0],
    }
    result = {name: value() for name, value in values.items() if only is None or name in only}
    result |= {"n_identities": len(users), "n_pairs": scored.n_pairs}
    return {
        f"{verification.key}/{name}": value for name, value in result.items() if np.isfinite(value)
    }


def user_eers(verification: Verification) -> dict[int, float]:
    """The EER of each identity with a threshold of its own, where it has comparisons of both sorts."""
    return verification.scored.user_eers()
