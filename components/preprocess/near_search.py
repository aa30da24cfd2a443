"""Pairs of hashes that differ in few bits, found without comparing all with all.

Two hashes that differ in at most 2·m − 1 bits agree, but for one bit at most, in one of m bands of
their bits: only those that do are compared. Memory grows with the number of hashes alone.
"""

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

BLOCK = 2_000_000
"""Pairs that are compared at once."""

Words: TypeAlias = NDArray[np.uint64]
Places: TypeAlias = NDArray[np.intp]


class Links(NamedTuple):
    """Pairs of hashes, sorted by `second`.

    Attributes:
        first: int [M], the place of one hash.
        second: int [M], the place of a later one.
        distance: int [M], the number of bits in which they differ.
    """

    first: Places
    second: Places
    distance: Places

    @classmethod
    def none(cls) -> "Links":
        """Returns no pairs."""
        nothing = np.zeros(0, np.intp)
        return cls(nothing, nothing, nothing)


def find_links(hashes: NDArray[np.uint8], distance: int) -> Links:
    """Finds which hashes are linked by pairs that differ in few bits.

    Args:
        hashes: uint8 [N, B], 8 bits a byte.
        distance: the most bits in which two may differ.

    Returns:
        Of the pairs that differ in at most `distance` bits the fewest, and nearest, that link all
        that any of them link, also through others: at most N − 1.
    """
    if len(hashes) < 2:
        return Links.none()
    distinct, first, inverse = np.unique(hashes, axis=0, return_index=True, return_inverse=True)
    original = first[inverse.ravel()]
    copies = np.flatnonzero(original != np.arange(len(hashes)))
    equal = Links(original[copies], copies, np.zeros(len(copies), np.intp))
    near = _link_distinct(distinct, distance)
    ends = np.sort(np.stack([first[near.first], first[near.second]]), axis=0)
    links = _joined(equal, Links(ends[0], ends[1], near.distance))
    return _ordered(links, np.lexsort((links.first, links.second)))


def merge(one: Links, other: Links, count: int) -> Links:
    """Returns the fewest, and nearest, pairs of both that link all that any of them link.

    Args:
        one: by one kind of hash.
        other: by another kind, of the same images.
        count: of the images.
    """
    links = _forest(_joined(one, other), count)
    return _ordered(links, np.lexsort((links.first, links.second)))


def _link_distinct(hashes: NDArray[np.uint8], distance: int) -> Links:
    """Links hashes of which no two are equal."""
    bits = np.unpackbits(hashes, axis=1)
    # Neighbouring bits of an image's hash depend on each other; bands of scattered ones tell more.
    scattered = np.random.default_rng(0).permutation(bits.shape[1])
    words = _packed(bits)
    bands = max(distance // 2 + 1, -(-bits.shape[1] // 64))
    links = Links.none()
    for places in np.array_split(scattered, bands):
        keys = _packed(bits[:, places])[:, 0]
        for one, other in _candidates(keys, len(places)):
            found = _close(words, one, other, distance)
            links = _joined(links, found)
            if len(links.first) > 2 * len(hashes):
                links = _forest(links, len(hashes))
    return _forest(links, len(hashes))


def _packed(bits: NDArray[np.uint8]) -> Words:
    """Packs bits, uint8 [N, B], into words, uint64 [N, ceil(B / 64)]."""
    padded = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 64)))
    return np.ascontiguousarray(np.packbits(padded, axis=1)).view(np.uint64)


def _candidates(keys: Words, bits: int) -> Iterator[tuple[Places, Places]]:
    """Yields pairs of hashes whose keys differ in one bit at most, in blocks.

    Args:
        keys: uint64 [N], which hold `bits` bits, packed from the first byte's highest on.
        bits: their number.
    """
    order = np.argsort(keys, kind="stable")
    values, start, count = np.unique(keys[order], return_index=True, return_counts=True)
    run = np.repeat(np.arange(len(values)), count)
    place = np.arange(len(keys))
    end = (start + count)[run]
    yield from _expanded(order, place, place + 1, end - place - 1)
    for mask in _packed(np.eye(64, dtype=np.uint8)[:bits])[:, 0]:
        low = np.flatnonzero(values & mask == 0)
        high = np.searchsorted(values, values[low] | mask)
        high[high == len(values)] = 0
        met = values[high] == values[low] | mask
        partner = np.full(len(values), -1)
        partner[low[met]] = high[met]
        rows = np.flatnonzero(partner[run] >= 0)
        other = partner[run[rows]]
        yield from _expanded(order, rows, start[other], count[other])


def _expanded(
    order: Places, rows: Places, starts: Places, counts: Places
) -> Iterator[tuple[Places, Places]]:
    """Yields, in blocks, the pairs of each row with `counts` neighbours from `starts` on."""
    some = counts > 0
    rows, starts, counts = rows[some], starts[some], counts[some]
    ends = np.cumsum(counts)
    begin = 0
    while begin < len(rows):
        done = ends[begin - 1] if begin else 0
        stop = max(int(np.searchsorted(ends, done + BLOCK, side="right")), begin + 1)
        own = counts[begin:stop]
        offset = np.arange(own.sum()) - np.repeat(np.cumsum(own) - own, own)
        yield (
            order[np.repeat(rows[begin:stop], own)],
            order[np.repeat(starts[begin:stop], own) + offset],
        )
        begin = stop


def _close(words: Words, one: Places, other: Places, distance: int) -> Links:
    """Returns those pairs that differ in at most `distance` bits."""
    bits = np.zeros(len(one), np.intp)
    for column in words.T:
        bits += np.bitwise_count(column[one] ^ column[other])
    near = np.flatnonzero(bits <= distance)
    one, other = one[near], other[near]
    return Links(np.minimum(one, other), np.maximum(one, other), bits[near])


def _forest(links: Links, count: int) -> Links:
    """Keeps the nearest pairs that link all that these link, earlier ones before later ones.

    Args:
        links: pairs, some of them several times.
        count: of all hashes.
    """
    links = _ordered(links, np.lexsort((links.second, links.first, links.distance)))
    key = links.first * count + links.second
    _, once = np.unique(key, return_index=True)
    links = _ordered(links, np.sort(once))
    rank = np.arange(1, len(links.first) + 1, dtype=np.float64)
    graph = coo_array((rank, (links.first, links.second)), shape=(count, count))
    kept = minimum_spanning_tree(graph.tocsr()).data
    return _ordered(links, np.sort(kept.astype(np.intp)) - 1)


def _joined(one: Links, other: Links) -> Links:
    return Links(*(np.concatenate(both) for both in zip(one, other, strict=True)))


def _ordered(links: Links, order: Places) -> Links:
    return Links(*(column[order] for column in links))
