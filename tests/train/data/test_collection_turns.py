"""The collections of a batch."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.train.data.collection_turns import CollectionTurns, Mixed


def counts(turns: CollectionTurns, step: int, places: int) -> dict[int, int]:
    """How many places each collection of a batch has."""
    return dict(Counter(turns.places(step, places).tolist()))


def test_batches_of_one_collection_take_turns_and_a_large_one_has_no_more_of_them() -> None:
    turns = CollectionTurns([500, 10, 40], 1, seed=3)
    for first in range(0, 30, 3):
        collections = [turns.places(step, 8).tolist() for step in range(first, first + 3)]
        assert all(len(set(batch)) == 1 for batch in collections)
        assert sorted(batch[0] for batch in collections) == [0, 1, 2]


def test_a_batch_of_all_has_as_many_identities_of_each() -> None:
    turns = CollectionTurns([500, 10, 40], "all", seed=0)
    assert all(counts(turns, step, 9) == {0: 3, 1: 3, 2: 3} for step in range(20))
    uneven = [counts(turns, step, 10) for step in range(60)]
    assert all(sorted(batch.values()) == [3, 3, 4] for batch in uneven)
    most = Counter(max(batch, key=batch.__getitem__) for batch in uneven)
    assert set(most.values()) == {20}, "the odd place goes round"


def test_two_of_four_are_mixed_in_all_pairs() -> None:
    turns = CollectionTurns([9, 9, 9, 9], 2, seed=1)
    pairs = Counter(tuple(sorted(set(turns.places(step, 6).tolist()))) for step in range(240))
    assert len(pairs) == 6
    assert min(pairs.values()) > 20


def test_what_a_small_collection_cannot_fill_the_others_do() -> None:
    turns = CollectionTurns([2, 9, 9], 1, seed=0)
    small = [step for step in range(9) if turns.places(step, 5)[0] == 0]
    assert len(small) == 3
    for step in small:
        batch = counts(turns, step, 5)
        assert batch[0] == 2
        assert sorted(batch.values()) == [1, 2, 2]
    everything = CollectionTurns([2, 9], "all", seed=0)
    assert counts(everything, 4, 8) == {0: 2, 1: 6}


@given(
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=6),
    mixed=st.one_of(st.integers(1, 8), st.just("all")),
    step=st.integers(0, 10**6),
    share=st.floats(0.01, 1),
)
def test_any_batch_is_full_and_asks_no_collection_for_more_than_it_has(
    sizes: list[int], mixed: Mixed, step: int, share: float
) -> None:
    count = max(1, int(share * sum(sizes)))
    places = CollectionTurns(sizes, mixed, seed=5).places(step, count)
    assert len(places) == count
    assert (np.bincount(places, minlength=len(sizes)) <= sizes).all()


@pytest.mark.parametrize("mixed", [1, 2, "all"])
def test_a_step_has_the_same_turns_again_and_another_seed_has_others(mixed: Mixed) -> None:
    def first(seed: int) -> list[int]:
        turns = CollectionTurns([5, 5, 5, 5], mixed, seed)
        places: list[int] = np.concatenate([turns.places(n, 5) for n in range(40)]).tolist()
        return places

    assert first(1) == first(1)
    assert first(1) != first(2)
