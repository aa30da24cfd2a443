"""Closed-set identification: all identities are enrolled, and a probe is one of them."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.scoring.confidence_intervals import share
from components.shared.verification import metric_names
from components.shared.verification.comparisons import searches
from components.shared.verification.metric_names import ends
from components.shared.verification.sampling import Draws, Labels

RANKS = (1, 5, 10)
MAX_CMC_RANK = 20


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

    @property
    def group(self) -> str:
        """The first part of the metrics' names."""
        return metric_names.identification(self.references)


def rank_probes(embeddings: NDArray[np.float32], labels: Labels, draws: Draws) -> Ranks | None:
    """Ranks every probe's own identity in a gallery of all identities.

    A probe whose own identity is the second nearest, for instance, has rank 2.

    Args:
        embeddings: float32 [n, D].
        labels: of the n images; forgeries are neither enrolled nor probes.
        draws: of the enrolled references.

    Returns:
        None where fewer than two identities can be enrolled.
    """
    identities: list[NDArray[np.intp]] = []
    ranks: list[NDArray[np.intp]] = []
    gallery = 0
    for search in searches(embeddings, labels, draws):
        identities.append(search.identity)
        ranks.append(search.rank())
        gallery = len(search.enrolled)
    if not any(len(ranks_of_draw) for ranks_of_draw in ranks):
        return None
    return Ranks(np.concatenate(identities), np.concatenate(ranks), gallery, draws.references)


def accuracy_metrics(ranks: Ranks) -> dict[str, float]:
    """Computes the share of probes at rank 1, its interval and the sample sizes.

    The interval is over identities as owners of probes; the gallery stays.
    """
    name = f"{ranks.group}/accuracy"
    return share(name, ranks.identity, ranks.rank == 1) | _sample_sizes(ranks)


def rank_metrics(ranks: Ranks) -> dict[str, float]:
    """Computes the shares of probes within rank 1, 5 and 10, where the gallery is larger."""
    metrics = _sample_sizes(ranks)
    for rank in RANKS:
        if rank < ranks.gallery:
            name = f"{ranks.group}/rank_{rank}"
            metrics |= share(name, ranks.identity, ranks.rank <= rank)
    return metrics


def cmc_table(ranks: Ranks) -> pd.DataFrame:
    """Computes the cumulative match characteristic: the share of probes within each rank.

    Returns:
        One row a rank, 1 to 20: rank, share, its interval, n_identities, n_probes.
    """
    rows = []
    for rank in range(1, min(MAX_CMC_RANK, ranks.gallery) + 1):
        within = share("share", ranks.identity, ranks.rank <= rank)
        rows.append({"rank": rank, **within})
    table = pd.DataFrame(rows, columns=["rank", "share", *ends("share")])
    return table.assign(n_identities=len(np.unique(ranks.identity)), n_probes=len(ranks.identity))


def _sample_sizes(ranks: Ranks) -> dict[str, float]:
    return {
        f"{ranks.group}/n_identities": float(len(np.unique(ranks.identity))),
        f"{ranks.group}/n_probes": float(len(ranks.identity)),
    }
