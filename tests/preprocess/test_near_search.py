"""The search for near hashes finds what comparing all with all finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from components.preprocess import near_search
from components.preprocess.near_search import Links, find_links, merge

BYTES = 32
Hashes = NDArray[np.uint8]


def flipped(one: Hashes, bits: int, rng: np.random.Generator) -> Hashes:
    """A hash with so many bits of another one turned."""
    unpacked = np.unpackbits(one)
    unpacked[rng.choice(len(unpacked), bits, replace=False)] ^= 1
    return np.packbits(unpacked)


def distances(hashes: Hashes) -> NDArray[np.intp]:
    """The bits in which each hash differs from each other: int [N, N]."""
    bits = np.unpackbits(hashes, axis=1).astype(np.intp)
    return np.asarray(np.abs(bits[:, None] - bits[None]).sum(axis=2))


def families(seed: int, count: int) -> Hashes:
    """Hashes of which many are copies, or copies of copies, of others, with few bits turned."""
    rng = np.random.default_rng(seed)
    hashes = [rng.integers(0, 256, BYTES, np.uint8)]
    while len(hashes) < count:
        parent = hashes[rng.integers(len(hashes))]
        new = rng.integers(0, 256, BYTES, np.uint8)
        hashes.append(new if rng.random() < 0.3 else flipped(parent, int(rng.integers(40)), rng))
    return np.stack(hashes)


def components(links: Links, count: int) -> list[int]:
    ones = np.ones(len(links.first))
    graph = coo_array((ones, (links.first, links.second)), shape=(count, count))
    return [int(label) for label in connected_components(graph, directed=False)[1]]


@given(st.integers(0, 10_000), st.integers(0, 60), st.integers(1, 63))
@settings(max_examples=60, deadline=None)
def test_links_are_the_nearest_that_hold_together_what_all_close_pairs_do(
    seed: int, count: int, limit: int
) -> None:
    hashes = families(seed, count)[:count]
    links = find_links(hashes, limit)
    bits = distances(hashes)
    close = np.triu((bits <= limit), 1)
    first, second = np.nonzero(close)
    everything = Links(first, second, bits[first, second])
    assert components(links, count) == components(everything, count)
    weights = coo_array((everything.distance + 1.0, (first, second)), shape=(count, count))
    forest = minimum_spanning_tree(weights.tocsr())
    assert len(links.first) == forest.nnz
    assert links.distance.sum() + len(links.first) == forest.sum()
    np.testing.assert_array_equal(links.distance, bits[links.first, links.second])
    assert (links.first < links.second).all()


@pytest.mark.parametrize("block", [1, 7, 100])
def test_small_blocks_find_the_same(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = families(5, 80)
    expected = find_links(hashes, 20)
    assert len(expected.first) > 20
    monkeypatch.setattr(near_search, "BLOCK", block)
    for one, other in zip(find_links(hashes, 20), expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_chain_is_linked_though_its_ends_are_far_apart() -> None:
    rng = np.random.default_rng(0)
    start = rng.integers(0, 256, BYTES, np.uint8)
    bits = rng.permutation(256)
    chain = [np.unpackbits(start)]
    for step in range(2):
        chain.append(chain[-1].copy())
        chain[-1][bits[8 * step : 8 * step + 8]] ^= 1
    hashes = np.packbits(np.stack(chain), axis=1)[[0, 2, 1]]
    links = find_links(hashes, 8)
    assert sorted(zip(links.first, links.second, links.distance, strict=True)) == [
        (0, 2, 8),
        (1, 2, 8),
    ]


def test_equal_hashes_are_linked_with_the_first_of_them() -> None:
    hashes = families(1, 3)[[0, 1, 0, 2, 0]]
    links = find_links(hashes, 1)
    assert (0, 2, 0) in set(zip(*links, strict=True))
    assert (0, 4, 0) in set(zip(*links, strict=True))


def test_ten_thousand_equal_hashes_are_as_many_links_as_they_are() -> None:
    links = find_links(np.zeros((10_000, BYTES), np.uint8), 12)
    assert len(links.first) == 9_999
    assert set(links.first) == {0}


def test_links_of_two_kinds_are_joined_and_the_nearest_kept() -> None:
    one = Links(np.array([0, 1]), np.array([1, 2]), np.array([5, 9]))
    other = Links(np.array([0, 0, 3]), np.array([1, 2, 4]), np.array([7, 3, 1]))
    merged = merge(one, other, 5)
    assert list(zip(*merged, strict=True)) == [(0, 1, 5), (0, 2, 3), (3, 4, 1)]
