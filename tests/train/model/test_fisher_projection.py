"""The first projection: what it looks for, against a hand-derived case and the equations that
define it.
"""

import numpy as np
import pytest

from components.train.model.fisher_projection import (
    EMPHASIS,
    SHRINKAGE,
    parts_as_identities,
    projection,
)

IDENTITY = np.repeat(np.arange(6), 8)
FORGED = np.tile(np.arange(8) >= 4, 6)


def features(dimensions: int) -> np.ndarray:
    random = np.random.default_rng(3)
    means = random.normal(size=(6, dimensions))[IDENTITY]
    spread = np.where(
        FORGED[:, np.newaxis],
        random.uniform(0.5, 3, dimensions),
        random.uniform(0.2, 1, dimensions),
    )
    return means + spread * random.normal(size=(len(IDENTITY), dimensions))


def scatters(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of the genuine images and of the forgeries about the genuine means, image by image."""
    within, impostor = np.zeros((2, x.shape[1], x.shape[1]))
    for row, identity, forged in zip(x, IDENTITY, FORGED, strict=True):
        difference = row - x[(identity == IDENTITY) & ~FORGED].mean(axis=0)
        (impostor if forged else within)[:] += np.outer(difference, difference) / 24
    return within, impostor


def test_the_axis_that_forgeries_leave_comes_first_and_one_that_nothing_leaves_is_worth_0() -> None:
    # Two writers at ±5 on z, whose hand varies by ±1 along x; the forgeries miss by ±2 along y.
    at_home, missed = [[1, 0, 0], [-1, 0, 0]], [[0, 2, 0], [0, -2, 0]]
    offsets = np.array(at_home + missed)
    x = np.concatenate([np.add(offsets, [0, 0, -5]), np.add(offsets, [0, 0, 5])])
    directions = projection(x, np.repeat([0, 1], 4), np.tile([False, False, True, True], 2), 2)
    # within = diag(1, 0, 0), shrunk by 2/3; impostor = diag(0, 4, 0): ratio 4 / (2/3) = 6.
    assert np.abs(directions[:, 0]) == pytest.approx([0, 6**0.25 / np.sqrt(2 / 3), 0])
    assert np.abs(directions[:, 1]).max() < 1e-3


def test_the_directions_are_whitened_and_solve_the_generalised_eigenproblem() -> None:
    x = features(5)
    directions = projection(x, IDENTITY, FORGED, 5)
    within, impostor = scatters(x)
    shrunk = within + SHRINKAGE * np.trace(within) / 5 * np.eye(5)
    ratio = np.diag(directions.T @ impostor @ directions) / np.diag(
        directions.T @ shrunk @ directions
    )
    assert (np.diff(ratio) < 0).all()
    np.testing.assert_allclose(impostor @ directions, shrunk @ directions * ratio, atol=1e-10)
    np.testing.assert_allclose(
        directions.T @ shrunk @ directions, np.diag(ratio ** (2 * EMPHASIS)), atol=1e-10
    )


def test_fewer_directions_are_the_first_of_more_and_more_than_there_are_is_filled_with_zeros() -> (
    None
):
    x = features(5)
    whole = projection(x, IDENTITY, FORGED, 5)
    np.testing.assert_array_equal(projection(x, IDENTITY, FORGED, 2), whole[:, :2])
    np.testing.assert_array_equal(
        projection(x, IDENTITY, FORGED, 7), np.pad(whole, [(0, 0), (0, 2)])
    )


def test_names_and_order_of_the_images_play_no_part() -> None:
    x, order = features(4), np.random.default_rng(0).permutation(len(IDENTITY))
    directions = projection(x[order], 100 - 7 * IDENTITY[order], FORGED[order], 4)
    np.testing.assert_allclose(
        np.abs(directions), np.abs(projection(x, IDENTITY, FORGED, 4)), atol=1e-10
    )


def test_without_forgeries_the_axis_along_which_the_identities_differ_comes_first() -> None:
    x = features(4)[~FORGED]
    x[:, 2] += 50 * IDENTITY[~FORGED]
    directions = projection(x, IDENTITY[~FORGED], FORGED[~FORGED], 1)
    assert np.abs(directions).argmax() == 2


def test_one_collection_gives_the_bytes_that_none_gives() -> None:
    x = features(5)
    for kept in (np.ones(len(x), bool), ~FORGED):
        ours = projection(x[kept], IDENTITY[kept], FORGED[kept], 5, np.full(kept.sum(), 7))
        alone = projection(x[kept], IDENTITY[kept], FORGED[kept], 5)
        assert ours.tobytes() == alone.tobytes()


COLLECTION = IDENTITY // 3
"""Of the six writers, three a collection."""


def test_without_forgeries_what_tells_collections_apart_is_worth_nothing() -> None:
    x = features(4)[~FORGED]
    x[:, 1] += 5 * IDENTITY[~FORGED] % 3
    x[:, 2] += 50 * COLLECTION[~FORGED]
    identity, forged = IDENTITY[~FORGED], FORGED[~FORGED]
    assert np.abs(projection(x, identity, forged, 1)).argmax() == 2
    within = projection(x, identity, forged, 1, COLLECTION[~FORGED])
    assert np.abs(within).argmax() == 1


def test_with_forgeries_the_axis_between_the_collections_is_spread() -> None:
    # A writer in each collection, at ±5 on z; both scatter by ±1 along x, y and z, and the
    # forgeries of both miss by ±2 along each.
    offsets = np.concatenate([np.eye(3), -np.eye(3)])
    ours = np.concatenate([offsets, 2 * offsets])
    x = np.concatenate([np.add(ours, [0, 0, -5]), np.add(ours, [0, 0, 5])])
    identity, forged = np.repeat([0, 1], 12), np.tile(np.arange(12) >= 6, 2)
    directions = projection(x, identity, forged, 3, identity)
    # within = 1/3 on each axis, shrunk by 2/3 to 1; between adds 25 on z; impostor = 4/3.
    strength = np.linalg.norm(directions, axis=1)
    ratio = np.array([4 / 3, 4 / 3, 4 / 3 / 26])
    assert strength == pytest.approx(ratio**EMPHASIS / np.sqrt([1, 1, 26]))


def test_a_collection_counts_alike_however_many_writers_it_has() -> None:
    x = features(4)
    again = np.concatenate([x, x[COLLECTION == 0]])
    identity = np.concatenate([IDENTITY, IDENTITY[COLLECTION == 0] + 6])
    forged = np.concatenate([FORGED, FORGED[COLLECTION == 0]])
    collection = np.concatenate([COLLECTION, COLLECTION[COLLECTION == 0]])
    np.testing.assert_allclose(
        projection(again, identity, forged, 4, collection),
        projection(x, IDENTITY, FORGED, 4, COLLECTION),
        atol=1e-10,
    )


def test_parts_are_images_of_identities_of_their_own() -> None:
    whole, part = features(3), features(3) + 1
    x, identity, forged = parts_as_identities([whole, part], 10 + IDENTITY, FORGED)
    np.testing.assert_array_equal(x, np.concatenate([whole, part]))
    np.testing.assert_array_equal(identity, np.concatenate([IDENTITY, 6 + IDENTITY]))
    np.testing.assert_array_equal(forged, np.concatenate([FORGED, FORGED]))
