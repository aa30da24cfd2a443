"""Closed-set identification: whose image a probe is, when its identity is enrolled."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.scoring.confidence_intervals import share
from components.shared.verification import metric_names
from components.shared.verification.comparisons import searches
from components.shared.verification.metric_names import ends
from components.shared.verification.sampling import Bootstrap, Draws, Labels

RANKS = (1, 5, 10)
MOST_RANKS = 20


class Ranks(NamedTuple):
    """Ranks of the probes of all draws.

    Attributes:
        identity: int [n], of each probe.
        rank: int [n], of that identity among those of the gallery; 1: the nearest.
        gallery: number of identities in the gallery.
        references: images of each that were enrolled.
    """

    identity: NDArray[np.intp]
    rank: NDArray[np.intp]
    gallery: int
    references: int


def ranks(vectors: NDArray[np.float32], labels: Labels, draws: Draws) -> Ranks | None:
    """Computes every probe's rank in a gallery of all identities; None where fewer than two can be enrolled."""
    probes = [
        (search.identity, search.rank(), len(search.enrolled))
        for search in searches(vectors, labels, draws)
    ]
    if not any(len(identity) for identity, _, _ in probes):
        return None
    identity, rank, gallery = zip(*probes, strict=True)
    return Ranks(np.concatenate(identity), np.concatenate(rank), gallery[0], draws.references)


def accuracy(found: Ranks, bootstrap: Bootstrap) -> dict[str, float]:
    """The share of probes whose own identity is the nearest, its interval, and what it stands on.

    Identities are resampled as owners of probes; the gallery stays.
    """
    right = share(f"{_key(found)}/accuracy", found.identity, found.rank == 1, bootstrap)
    return right | _basis(found)


def cmc(found: Ranks, bootstrap: Bootstrap) -> pd.DataFrame:
    """The cumulative match characteristic: the share of probes whose own identity is among the
    nearest.

    One row a rank, 1 to 20: rank, share, its interval, n_identities, n_probes.
    """
    rows = []
    for rank in range(1, min(MOST_RANKS, found.gallery) + 1):
        within = share("share", found.identity, found.rank <= rank, bootstrap)
        rows.append({"rank": rank, **within})
    table = pd.DataFrame(rows, columns=["rank", "share", *ends("share")])
    return table.assign(n_identities=len(np.unique(found.identity)), n_probes=len(found.identity))


def at_ranks(found: Ranks, bootstrap: Bootstrap) -> dict[str, float]:
    """The curve at ranks 1, 5 and 10, where the gallery is larger."""
    result = _basis(found)
    for rank in RANKS:
        if rank < found.gallery:
            name = f"{_key(found)}/rank_{rank}"
            result |= share(name, found.identity, found.rank <= rank, bootstrap)
    return result


def _basis(found: Ranks) -> dict[str, float]:
    counts = {"n_identities": len(np.unique(found.identity)), "n_probes": len(found.identity)}
    return {f"{_key(found)}/{name}": float(count) for name, count in counts.items()}


def _key(found: Ranks) -> str:
    return metric_names.identification(found.references)
