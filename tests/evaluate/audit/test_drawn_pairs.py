"""Pairs that are drawn so that every identity counts alike."""

import numpy as np
import pytest

from components.evaluate.audit.drawn_pairs import PairSource
from components.shared.verification.sampling import Labels

NUMBER = 3000
IDENTITY = np.array(["c", "a", "b", "a", "c", "a", "b", "a", "d", "e"])
FORGED = np.array([0, 0, 0, 1, 0, 0, 1, 0, 0, 1], bool)
"""Genuine images of a, b, c, d, e: 3, 1, 2, 1, 0; forgeries: 1, 1, 0, 0, 1."""
LABELS = Labels(IDENTITY, FORGED)


def test_genuine_pairs_are_two_genuine_images_of_an_identity() -> None:
    left, right = PairSource(LABELS, seed=0).draw_genuine(NUMBER)
    assert (left != right).all()
    assert not (FORGED[left] | FORGED[right]).any()
    np.testing.assert_array_equal(IDENTITY[left], IDENTITY[right])
    assert {*zip(left.tolist(), right.tolist(), strict=True)} == {
        *[(1, 5), (5, 1), (1, 7), (7, 1), (5, 7), (7, 5)],
        *[(0, 4), (4, 0)],
    }


def test_skilled_pairs_are_a_genuine_image_and_a_forgery_of_it() -> None:
    left, right = PairSource(LABELS, seed=0).draw_skilled(NUMBER)
    assert {*zip(left.tolist(), right.tolist(), strict=True)} == {(1, 3), (5, 3), (7, 3), (2, 6)}


def test_every_identity_counts_alike_however_many_images_it_has() -> None:
    left, _ = PairSource(LABELS, seed=0).draw_skilled(NUMBER)
    assert (IDENTITY[left] == "b").mean() == pytest.approx(0.5, abs=0.05)


def test_random_pairs_are_genuine_images_of_two_identities() -> None:
    left, right = PairSource(LABELS, seed=0).draw_random(NUMBER)
    assert (IDENTITY[left] != IDENTITY[right]).all()
    assert {*left.tolist(), *right.tolist()} == set(np.flatnonzero(~FORGED).tolist())
    assert len(left) == pytest.approx(0.75 * NUMBER, rel=0.1)  # of four identities


def test_what_the_labels_lack_is_not_drawn() -> None:
    one_each = PairSource(Labels(np.arange(4), np.zeros(4, bool)), seed=0)
    assert [len(pairs.left) for pairs in (one_each.draw_genuine(9), one_each.draw_skilled(9))] == [
        0,
        0,
    ]
    alone = PairSource(Labels(np.zeros(4, int), np.zeros(4, bool)), seed=0)
    assert len(alone.draw_random(9).left) == 0
    nothing = PairSource(Labels(np.zeros(0, int), np.zeros(0, bool)), seed=0)
    assert len(nothing.draw_random(9).left) == 0


def test_the_seed_decides_the_pairs() -> None:
    first, again, other = (PairSource(LABELS, seed).draw_random(50).left for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_random_pairs_are_of_one_collection() -> None:
    collection = np.isin(IDENTITY, ["a", "c"])
    left, right = PairSource(LABELS._replace(collection=collection), seed=0).draw_random(NUMBER)
    assert {*zip(IDENTITY[left].tolist(), IDENTITY[right].tolist(), strict=True)} == {
        *[("a", "c"), ("c", "a"), ("b", "d"), ("d", "b")],
    }
