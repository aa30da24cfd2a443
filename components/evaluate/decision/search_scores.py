"""The evidence of every probe against every enrolled identity, as a search of a gallery sees it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.shared.verification.claim_features import describe_people
from components.shared.verification.comparisons import (
    ClaimedImages,
    claimed_images,
    draw_references,
)
from components.shared.verification.decision import Decision
from components.shared.verification.sampling import Draws, Labels

Floats = NDArray[np.float32]
MAX_IDENTITIES = 1000
MAX_PROBES = 1000
MAX_DRAWS = 3
"""Of more identities evenly spaced ones are enrolled, of more probes some of each identity are
drawn: time and memory stay bounded, and more would hardly narrow the intervals."""


class SearchScores(NamedTuple):
    """Evidence of P probes of one draw of the references, against M others of their collection.

    Attributes:
        identity: int [P], the person that a probe shows.
        image: int [P], row of the probe.
        own: float32 [P], evidence that it is that person and not another.
        own_claim: float32 [P], evidence by which a claim to be that person is decided.
        other: int [P, M], the others, those with most evidence first.
        search: float32 [P, M], evidence that a probe is theirs and not another's, descending.
        claim: float32 [P, M], evidence by which a claim to be them is decided.
        above: int [P], the number of others with as much evidence as the own person, or more.
    """

    identity: NDArray[np.intp]
    image: NDArray[np.intp]
    own: Floats
    own_claim: Floats
    other: NDArray[np.intp]
    search: Floats
    claim: Floats
    above: NDArray[np.intp]


def search_scores(
    decision: Decision, embeddings: ArrayLike, labels: Labels, draws: Draws
) -> list[SearchScores]:
    """Scores searches, a block for each collection and draw of the references.

    Everybody is enrolled with `draws.references` drawn references; their other genuine images are
    probes. Identities with too few images are left out.

    Args:
        decision: by which evidence is weighed.
        embeddings: float [N, D].
        labels: of the N images.
        draws: of the references; more than `MAX_DRAWS` are not made.
    """
    vectors = np.asarray(embeddings, np.float64)
    collection = labels.collections()
    by_collection: dict[int, list[ClaimedImages]] = {}
    for images in claimed_images(labels, draws.references + 1):
        by_collection.setdefault(int(collection[images.genuine[0]]), []).append(images)
    blocks: list[SearchScores] = []
    for people in by_collection.values():
        enrolled = people[:: -(-len(people) // MAX_IDENTITIES)]
        if len(enrolled) > 1:
            blocks += _score(decision, vectors, enrolled, draws)
    return blocks


def _score(
    decision: Decision, vectors: NDArray[np.float64], people: list[ClaimedImages], draws: Draws
) -> Iterator[SearchScores]:
    """Yields the block of each draw, of the people of one collection."""
    rows, owner = _probes(people, draws.seed)
    number = min(draws.number, MAX_DRAWS)
    names = np.array([images.identity for images in people], np.intp)
    chosen = np.stack([_references(images, draws, number) for images in people])
    for draw in range(number):
        references = chosen[:, draw]
        usable = ~np.isin(rows, references)
        probes = vectors[rows[usable]]
        features = describe_people(vectors[references], probes, decision.parts)
        search = decision.score(decision.search_kind, features).T.astype(np.float32)
        claim = decision.score(decision.kind, features).T.astype(np.float32)
        yield _sorted(names, owner[usable], rows[usable], search, claim)


def _probes(people: list[ClaimedImages], seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Returns rows [P] of the probes and the columns [P] of those that they show."""
    most = max(1, MAX_PROBES // len(people))
    rows, owner = [], []
    for column, images in enumerate(people):
        own = images.genuine
        if len(own) > most:
            generator = np.random.default_rng([seed, images.identity])
            own = np.sort(generator.choice(own, most, replace=False))
        rows.append(own)
        owner.append(np.full(len(own), column, np.intp))
    return np.concatenate(rows), np.concatenate(owner)


def _references(images: ClaimedImages, draws: Draws, number: int) -> NDArray[np.intp]:
    """Draws the rows [R, k] of the references of one person, in `number` draws."""
    drawn = draw_references(len(images.genuine), images.identity, draws).references
    generator = np.random.default_rng([draws.seed, images.identity])
    turns = np.resize(generator.permutation(len(drawn)), number)
    return np.stack([images.genuine[drawn[turn]] for turn in turns])


def _sorted(
    names: NDArray[np.intp],
    owner: NDArray[np.intp],
    rows: NDArray[np.intp],
    search: Floats,
    claim: Floats,
) -> SearchScores:
    """Returns the scores [P, N] of a draw, the own person's apart and the others' in order."""
    own = np.arange(len(rows)), owner
    beside = np.ones(search.shape, bool)
    beside[own] = False
    others = (len(rows), search.shape[1] - 1)
    columns = np.broadcast_to(names, search.shape)[beside].reshape(others)
    theirs, claimed = search[beside].reshape(others), claim[beside].reshape(others)
    order = np.argsort(-theirs, axis=1, kind="stable")
    return SearchScores(
        identity=names[owner],
        image=rows,
        own=search[own],
        own_claim=claim[own],
        other=np.take_along_axis(columns, order, axis=1),
        search=np.take_along_axis(theirs, order, axis=1),
        claim=np.take_along_axis(claimed, order, axis=1),
        above=np.count_nonzero(theirs >= search[own][:, None], axis=1),
    )
