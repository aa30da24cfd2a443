"""The distributions of the evidence of comparisons, as counts."""

from collections.abc import Sequence

import numpy as np

from components.evaluate.scoring.verification import Verification
from components.shared.verification.decision import as_score
from components.shared.verification.distributions import EDGES, Distribution, count


def count_evidence(verified: Sequence[Verification]) -> list[Distribution]:
    """Counts the evidence of comparisons before it is bounded, genuine and impostor.

    Args:
        verified: of `carried.verify`; of those out of core the sample that is kept is counted.
    """
    rows = []
    for v in verified:
        both = np.intersect1d(v.genuine.identity, v.impostor.identity)
        rows.append(
            Distribution(
                kind=v.kind,
                references=v.references,
                edges=EDGES,
                genuine=count(as_score(v.genuine.distance)),
                impostor=count(as_score(v.impostor.distance)),
                n_identities=len(both),
            )
        )
    return rows
