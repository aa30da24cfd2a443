"""Figures of verification: one kind of impostor, one number of references."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.evaluate.scoring.block_source import BLOCK_SIZE, BlockSize
from components.evaluate.scoring.claim_blocks import ClaimBlocks
from components.evaluate.scoring.out_of_core import OutOfCoreScores
from components.evaluate.scoring.pair_blocks import PairBlocks
from components.shared.verification.comparisons import Fusion, Scores, compare, mean
from components.shared.verification.error_rates import Roc
from components.shared.verification.in_memory import InMemoryScores
from components.shared.verification.influence import AcceptedCounts
from components.shared.verification.metric_names import KINDS, VERIFICATION, MetricGroup, at_far
from components.shared.verification.roc_thinning import thin
from components.shared.verification.sampling import Draws, Labels
from components.shared.verification.scored_comparisons import ScoredComparisons

FAR = 0.01


class Limits(NamedTuple):
    """Limits of memory.

    Attributes:
        in_memory: number of comparisons that are held at once; more are scored out of core.
        block_size: size of the blocks out of core.
    """

    in_memory: int = 20_000_000
    block_size: BlockSize = BLOCK_SIZE


LIMITS = Limits()


@dataclass(frozen=True, eq=False)
class Verification:
    """Genuine comparisons and those with one kind of impostor; neither is empty.

    Attributes:
        kind: `skilled` or `random`.
        references: number of references of a claim.
        genuine: comparisons of identities with themselves.
        impostor: comparisons with the kind.
        protocol: name of the protocol that made it.
        fusion: how several distances become one, where a protocol has several ways.
        out_of_core: scores that do not fit in memory; `genuine` and `impostor` are then a sample.
    """

    kind: str
    references: int
    genuine: Scores
    impostor: Scores
    protocol: str = VERIFICATION
    fusion: str | None = None
    out_of_core: OutOfCoreScores | None = None

    @cached_property
    def scored(self) -> ScoredComparisons:
        """All comparisons, to compute rates of; those computed once are kept."""
        return self.out_of_core or InMemoryScores(self.genuine, self.impostor)

    @cached_property
    def curve(self) -> Roc:
        """The thinned ROC."""
        return thin(self.scored.curve())

    @cached_property
    def accepted(self) -> AcceptedCounts:
        """The comparisons of each identity accepted at each threshold of the thinned ROC."""
        return self.scored.accepted(self.curve.threshold)

    @property
    def places(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Places of `genuine` and of `impostor` among all of their side, ascending.

        The order is that of `comparisons.compare`; in memory they are all there.
        """
        if self.out_of_core is not None:
            return self.out_of_core.places
        return np.arange(len(self.genuine.distance)), np.arange(len(self.impostor.distance))

    @property
    def key(self) -> str:
        """Group of its metrics' names."""
        return str(MetricGroup(self.kind, self.references, self.protocol, self.fusion))


def verifications(
    embeddings: ArrayLike,
    labels: Labels,
    numbers: Iterable[Draws],
    far: float = FAR,
    fuse: Fusion = mean,
    limits: Limits | None = None,
    kinds: Collection[str] = KINDS,
) -> list[Verification]:
    """Scores the verifications that the data allows.

    Args:
        embeddings: float [n, D].
        labels: of the n images.
        numbers: the draws of each number of references.
        far: FAR at which FRR will be asked; out of core it is found in the same pass as the EER.
        fuse: makes one distance of those to several references.
        limits: limits of memory; None: `LIMITS`.
        kinds: of impostors.

    Returns:
        Skilled before random, in the order of `numbers`.
    """
    limits = limits or LIMITS
    result: list[Verification] = []
    for draws in numbers:
        claims = [
            ClaimBlocks(embeddings, labels, kind, draws, fuse, limits.block_size) for kind in kinds
        ]
        if sum(sum(of_kind.totals) for of_kind in claims) <= limits.in_memory:
            scored = _in_memory(embeddings, labels, draws, fuse)
            result += [verification for verification in scored if verification.kind in kinds]
        else:
            for of_kind in claims:
                if all(of_kind.totals):
                    pairs = None
                    if draws.references == 1 and fuse is mean and labels.collection is None:
                        pairs = PairBlocks(embeddings, labels, of_kind.kind, limits.block_size)
                    result.append(_large(of_kind, pairs, draws.seed, far, limits))
    complete = [v for v in result if len(v.genuine.distance) and len(v.impostor.distance)]
    return sorted(complete, key=lambda v: KINDS.index(v.kind))


def _in_memory(
    embeddings: ArrayLike, labels: Labels, draws: Draws, fuse: Fusion
) -> list[Verification]:
    """Scores both kinds of impostor at once."""
    scores = compare(embeddings, labels, draws, fuse)
    return [
        Verification("skilled", draws.references, scores.genuine, scores.skilled),
        Verification("random", draws.references, scores.genuine, scores.random),
    ]


def _large(
    claims: ClaimBlocks, pairs: PairBlocks | None, seed: int, far: float, limits: Limits
) -> Verification:
    """Scores one kind of impostor, in memory where this kind alone fits, otherwise out of core.

    Args:
        claims: of the kind.
        pairs: the same comparisons without claims, which are faster; None: these are not pairs.
        seed: of the sample that is kept.
        far: FAR at which FRR will be asked.
        limits: limits of memory.
    """
    if sum(claims.totals) <= limits.in_memory:
        return Verification(claims.kind, claims.references, *claims.scores())
    if pairs is None:
        scores = OutOfCoreScores(claims, claims, far, seed)
    else:
        scores = OutOfCoreScores(claims, pairs, far, seed)
    return Verification(claims.kind, claims.references, *scores.sample, out_of_core=scores)


def figures(
    verification: Verification, far: float, only: Collection[str] | None = None
) -> dict[str, float]:
    """Computes the EER, the mean EER per identity, the AUC and FRR at a FAR, and their basis.

    `n_identities` counts the identities with comparisons of both sides, `n_pairs` all comparisons.

    Args:
        verification: the comparisons.
        far: FAR at which FRR is computed.
        only: names of the figures; None: all.
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
    key = verification.key
    return {f"{key}/{name}": value for name, value in result.items() if np.isfinite(value)}


def user_eers(verification: Verification) -> dict[int, float]:
    """Computes the EER of each identity with a threshold of its own.

    Identities without comparisons of both sides are left out.
    """
    return verification.scored.user_eers()
