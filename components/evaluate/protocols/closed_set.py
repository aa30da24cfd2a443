"""Closed-set identification: whose image a probe is, when its identity is enrolled."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.confidence_intervals import share
from components.evaluate.scoring.evaluation_set import Part
from components.shared.verification import metric_names
from components.shared.verification.comparisons import searches
from components.shared.verification.metric_names import ends

RANKS = (1, 5, 10)
MOST_RANKS = 20


class Ranks(NamedTuple):
    """Whose the probes of all draws are, int [n], the place of their own identity, from 1, [n], and
    gallery sizes.
    """

    identity: NDArray[np.intp]
    rank: NDArray[np.intp]
    gallery: int


def ranks(vectors: NDArray[np.float32], whose: Part, params: EvaluateParams) -> Ranks | None:
    """Every probe's rank in a gallery of all identities; None where fewer than two can be enrolled."""
    found = searches(
        vectors, whose.identity, whose.forged, params.references, params.draws, params.seed
    )
    probes = [(search.identity, search.rank(), len(search.enrolled)) for search in found]
    if not any(len(identity) for identity, _, _ in probes):
        return None
    identity, rank, gallery = zip(*probes, strict=True)
    return Ranks(np.concatenate(identity), np.concatenate(rank), gallery[0])


def accuracy(found: Ranks, params: EvaluateParams) -> dict[str, float]:
    """The share of probes whose own identity is the nearest, its interval, and what it stands on.

    Identities are resampled as owners of probes; the gallery stays.
    """
    return share(f"{_key(params)}/accuracy", found.identity, found.rank == 1, params) | _basis(
        found, params
    )


def cmc(found: Ranks, params: EvaluateParams) -> pd.DataFrame:
    """The cumulative match characteristic: the share of probes whose own identity is among the
    nearest.

    One row a rank, 1 to 20: rank, share, its interval, n_identities, n_probes.
    """
    rows = []
    for rank in range(1, min(MOST_RANKS, found.gallery) + 1):
        rows.append({"rank": rank, **share("share", found.identity, found.rank <= rank, params)})
    table = pd.DataFrame(rows, columns=["rank", "share", *ends("share")])
    return table.assign(n_identities=len(np.unique(found.identity)), n_probes=len(found.identity))


def at_ranks(found: Ranks, params: EvaluateParams) -> dict[str, float]:
    """The curve at ranks 1, 5 and 10, where the gallery is larger."""
    result = _basis(found, params)
    for rank in RANKS:
        if rank < found.gallery:
            result |= share(
                f"{_key(params)}/rank_{rank}", found.identity, found.rank <= rank, params
            )
    return result


def _basis(found: Ranks, params: EvaluateParams) -> dict[str, float]:
    counts = {"n_identities": len(np.unique(found.identity)), "n_probes": len(found.identity)}
    return {f"{_key(params)}/{name}": float(count) for name, count in counts.items()}


def _key(params: EvaluateParams) -> str:
    return metric_names.identification(params.references)
