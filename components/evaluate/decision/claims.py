"""The claims of one part of the split, described, for a decision to be fitted to."""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.shared.verification.claim_features import ClaimFeatures, describe
from components.shared.verification.comparisons import DrawnReferences, draw_references
from components.shared.verification.evidence_model import TERMS, Shift, columns, shift
from components.shared.verification.sampling import Draws, Labels

GENUINE, SKILLED, RANDOM = 0, 1, 2
MAX_IDENTITIES = 200
MAX_REFERENCES = 16
MAX_DRAWS = 24
MAX_PROBES = 24
"""Images of others that an identity's references are compared with, and the like numbers above:
more would tell little more and cost much."""
NAMES = tuple(TERMS)


@dataclass(frozen=True, eq=False)
class Claims:
    """N claims.

    Attributes:
        terms: float32 [N, T], the terms `NAMES` of each.
        change: float32 [N, T], of the terms where distances change by a unit of `Shift`.
        references: int [N], number of references.
        identity: int [N], the claimed one.
        image: int [N], row of the probe.
        probe: int [N], the identity that it shows, or imitates.
        kind: int [N], `GENUINE`, `SKILLED` or `RANDOM`.
    """

    terms: NDArray[np.float32]
    change: NDArray[np.float32]
    references: NDArray[np.int32]
    identity: NDArray[np.int32]
    image: NDArray[np.int32]
    probe: NDArray[np.int32]
    kind: NDArray[np.int8]

    def select(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> "Claims":
        """Returns some of the claims."""
        return Claims(
            self.terms[rows],
            self.change[rows],
            self.references[rows],
            self.identity[rows],
            self.image[rows],
            self.probe[rows],
            self.kind[rows],
        )


def most_references(labels: Labels) -> int:
    """Returns the largest number of references that half of the identities or more can show.

    At least one genuine image is left as a probe; 0 where no identity has two.
    """
    codes = np.unique(labels.identity, return_inverse=True)[1]
    genuine = np.bincount(codes[~labels.forged])
    several = genuine[genuine > 1]
    return min(int(np.median(several)) - 1, MAX_REFERENCES) if len(several) else 0


def describe_claims(
    embeddings: ArrayLike, labels: Labels, draws: Draws, parts: int, within: Shift
) -> Claims:
    """Describes claims with 1 to `draws.references` references.

    Of many identities evenly spaced ones are claimed, and of their impostors some are drawn.

    Args:
        embeddings: float [N, D].
        labels: of the N images.
        draws: number and seed of the draws, and the largest number of references.
        parts: number of equal parts of an embedding.
        within: how `change` changes distances.
    """
    vectors = np.asarray(embeddings, np.float64)
    codes = np.unique(labels.identity, return_inverse=True)[1]
    genuine = np.flatnonzero(~labels.forged)
    collection = labels.collections()
    able = np.flatnonzero(np.bincount(codes[genuine]) > 1)
    blocks: list[Claims] = []
    for identity in able[:: -(-len(able) // MAX_IDENTITIES)]:
        own = genuine[codes[genuine] == identity]
        forgeries = np.flatnonzero((codes == identity) & labels.forged)
        beside = (codes != identity) & (collection == collection[own[0]])
        others = _some(genuine[beside[genuine]], draws.seed, int(identity))
        probes = np.concatenate([own, forgeries, others])
        sizes = [len(own), len(forgeries), len(others)]
        for references in range(1, min(draws.references, len(own) - 1) + 1):
            drawn = _draw(len(own), int(identity), draws._replace(references=references))
            claim = describe(vectors[own], vectors[probes], drawn.references, parts)
            images = _Images(int(identity), probes, codes[probes], sizes)
            blocks.append(_claims(claim, within, drawn, images))
    return _join(blocks)


class _Images(NamedTuple):
    """The probes of an identity's claims: rows, identities, and how many of each kind."""

    identity: int
    rows: NDArray[np.intp]
    shown: NDArray[np.integer]
    sizes: list[int]


def _claims(claim: ClaimFeatures, within: Shift, drawn: DrawnReferences, images: _Images) -> Claims:
    """Returns the claims of one identity with some number of references."""
    others = np.ones((len(drawn.probes), sum(images.sizes[1:])), bool)
    chosen = np.concatenate([drawn.probes, others], axis=1)
    terms = columns(claim, NAMES)
    changed = columns(shift(claim, within), NAMES)
    column = np.nonzero(chosen)[1]
    kind = np.repeat(np.array([GENUINE, SKILLED, RANDOM], np.int8), images.sizes)
    return Claims(
        terms[chosen].astype(np.float32),
        (changed - terms)[chosen].astype(np.float32),
        np.full(len(column), claim.references, np.int32),
        np.full(len(column), images.identity, np.int32),
        images.rows[column].astype(np.int32),
        images.shown[column].astype(np.int32),
        kind[column],
    )


def _join(blocks: list[Claims]) -> Claims:
    joined = []
    for field in fields(Claims):
        joined.append(np.concatenate([getattr(block, field.name) for block in blocks]))
    return Claims(*joined)


def _draw(genuine: int, identity: int, draws: Draws) -> DrawnReferences:
    """Draws references; of many single ones in turn, evenly spaced ones are taken."""
    drawn = draw_references(genuine, identity, draws)
    step = -(-len(drawn.references) // MAX_DRAWS)
    return DrawnReferences(drawn.references[::step], drawn.probes[::step])


def _some(rows: NDArray[np.intp], seed: int, identity: int) -> NDArray[np.intp]:
    if len(rows) <= MAX_PROBES:
        return rows
    generator = np.random.default_rng([seed, identity])
    return np.sort(generator.choice(rows, MAX_PROBES, replace=False))
