from collections import Counter
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.shared.runtime.errors import InputError
from components.split import random_split
from components.split.identity_groups import Group, shuffled
from components.split.random_split import by_folds, by_fraction, drawn, halved


@st.composite
def group_lists(draw: st.DrawFn) -> list[Group]:
    sizes = draw(st.lists(st.integers(1, 4), min_size=3, max_size=30))
    groups, first = [], 0
    for size in sizes:
        groups.append(tuple(f"w{number:03}" for number in range(first, first + size)))
        first += size
    return groups


def everyone(groups: list[Group]) -> list[str]:
    """Returns all identities, sorted."""
    return sorted(chain.from_iterable(groups))


def is_divided(group: Group, parts: dict[str, str]) -> bool:
    """Returns whether identities of a group stand in different parts."""
    return len({parts[identity] for identity in group}) > 1


@given(group_lists(), st.floats(0.01, 0.49), st.floats(0.01, 0.49), st.integers(0, 9))
@settings(max_examples=200, deadline=None)
def test_a_draw_names_everyone_keeps_groups_together_and_fills_every_part(
    groups: list[Group], val: float, test: float, seed: int
) -> None:
    parts = by_fraction(groups, val, test, seed)
    assert sorted(parts) == everyone(groups)
    assert set(parts.values()) == {"train", "val", "test"}
    assert not any(is_divided(group, parts) for group in groups)
    assert parts == by_fraction(groups, val, test, seed)


@given(st.integers(10, 100), st.floats(0.05, 0.45), st.floats(0.05, 0.45), st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_without_shared_images_the_parts_are_as_large_as_asked_for(
    n: int, val: float, test: float, seed: int
) -> None:
    count = Counter(by_fraction([(f"w{i}",) for i in range(n)], val, test, seed).values())
    assert abs(count["val"] - val * n) <= 0.5 or count["val"] == 1
    assert abs(count["test"] - test * n) <= 0.5 or count["test"] == 1


@given(group_lists(), st.integers(3, 6), st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_over_all_folds_every_identity_is_tested_exactly_once(
    groups: list[Group], folds: int, seed: int
) -> None:
    folds = min(folds, len(groups))
    draws = [by_folds(groups, folds, fold, 0.2, seed) for fold in range(folds)]
    test_identities: list[str] = []
    for fold, (parts, numbers) in enumerate(draws):
        fold_identities = [identity for identity, part in parts.items() if part == "test"]
        test_identities += fold_identities
        assert numbers == draws[0][1]
        assert {numbers[identity] for identity in fold_identities} == {fold}
        assert set(parts.values()) == {"train", "val", "test"}
        assert not any(is_divided(group, parts) for group in groups)
    assert sorted(test_identities) == everyone(groups)


def test_a_fold_that_leaves_one_group_to_train_and_to_validate_on_is_refused() -> None:
    groups: list[Group] = [("w0", "w1", "w2"), ("w3",), ("w4",)]
    with pytest.raises(InputError, match="fold 1 of 2 leaves too few"):
        by_folds(groups, 2, 1, 0.2, 0)


def test_folds_differ_by_one_identity_at_most() -> None:
    _, number = by_folds([(f"w{i}",) for i in range(55)], 4, 0, 0.2, 0)
    assert sorted(Counter(number.values()).values()) == [13, 14, 14, 14]


FIRST_DRAW = ["w4", "w6", "w2"]  # numpy.random.default_rng((0,)).permutation(10) begins so


def test_another_seed_draws_other_parts_and_the_drawn_ones_never_change() -> None:
    groups: list[Group] = [(f"w{i}",) for i in range(10)]
    assert by_fraction(groups, 0.2, 0.3, 0) != by_fraction(groups, 0.2, 0.3, 1)
    parts = by_fraction(groups, 0.2, 0.3, 0)
    assert [identity for identity, part in parts.items() if part == "test"] == FIRST_DRAW


def test_groups_are_taken_in_their_order_as_long_as_they_fit() -> None:
    groups: list[Group] = [("a", "b"), ("c", "d", "e"), ("f",), ("g",)]
    assert random_split._take(groups, 4, spare=1) == (
        [("a", "b"), ("f",), ("g",)],
        [("c", "d", "e")],
    )
    assert random_split._take(groups[:2], 1, spare=1) == ([("a", "b")], [("c", "d", "e")])


def test_the_first_half_has_the_odd_identity_and_no_group_is_divided() -> None:
    first, second = halved([("a",), ("b",), ("c",), ("d",), ("e",)], seed=3)
    assert (len(first), len(second)) == (3, 2)
    assert sorted(first + second) == [("a",), ("b",), ("c",), ("d",), ("e",)]
    assert halved([("a", "b", "c"), ("d",)], seed=0) == ([("a", "b", "c")], [("d",)])


def test_a_draw_is_a_fraction_of_the_total_and_leaves_a_group() -> None:
    groups: list[Group] = [(f"w{i}",) for i in range(10)]
    assert len(drawn(groups, 0.2, 20, seed=0)) == 4
    assert len(drawn(groups, 0.9, 20, seed=0)) == 9
    assert drawn(groups, 0.01, 20, seed=0) == [shuffled(groups, 0)[0]]
