"""Operating points of comparisons that are not held, against those of all comparisons held and
sorted.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from components.evaluate.scoring import claim_blocks, operating_points, pair_blocks, roc_bands
from components.evaluate.scoring.operating_points import Points, points
from components.evaluate.scoring.pair_blocks import Products
from components.shared.verification import comparisons, error_rates
from components.shared.verification.sampling import Draws, Labels

Data = tuple[NDArray[np.float32], Labels]
KINDS = ("skilled", "random")


@pytest.fixture(autouse=True, scope="module")
def small_blocks() -> Iterator[None]:
    """Blocks and samples so small that little data has many."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (pair_blocks, claim_blocks, roc_bands):
            patch.setattr(module, "ROWS", 16)
            patch.setattr(module, "COLUMNS", 40)
        patch.setattr(operating_points, "SAMPLE", 300)
        yield


def data(genuine: list[int], forgeries: list[int], grid: int | None, seed: int = 0) -> Data:
    """Embeddings around a centre for each identity, of unit length or on a grid, which makes most
    distances ties.
    """
    rng = np.random.default_rng(seed)
    identity = np.concatenate([np.repeat(np.arange(len(n)), n) for n in (genuine, forgeries)])
    forged = np.arange(len(identity)) >= sum(genuine)
    vectors = rng.normal(size=(len(genuine), 12))[identity]
    vectors += rng.normal(size=(len(identity), 12)) * (1 + forged[:, None])
    vectors = (
        np.round(vectors * grid) / grid
        if grid
        else vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    )
    order = rng.permutation(len(identity))
    return vectors.astype(np.float32)[order], Labels(identity[order], forged[order])


def held(given: Data, kind: str, far: float) -> Points:
    compared = comparisons.compare(*given, Draws(1))
    curve = error_rates.roc(compared.genuine.distance, getattr(compared, kind).distance)
    last = np.searchsorted(curve.far, far, side="right") - 1
    return Points(error_rates.crossing(curve), float(curve.frr[last]), float(curve.threshold[last]))


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 20)), min_size=2, max_size=25),
    st.sampled_from([None, 1, 4]),
    st.sampled_from([0.0, 0.01, 0.1, 0.5]),
    st.integers(0, 2**32 - 1),
)
def test_points_are_exactly_those_of_all_distances_sorted(
    sizes: list[tuple[int, int]], grid: int | None, far: float, seed: int
) -> None:
    many = data([3, *(size[0] for size in sizes)], [1, *(size[1] for size in sizes)], grid, seed)
    for kind in KINDS:
        assert points(Products(*many, kind), far) == held(many, kind, far)


def test_few_identities_with_many_images_are_scored_alike() -> None:
    many = data([400, 500], [300, 20], None)
    for kind in KINDS:
        assert points(Products(*many, kind), 0.01) == held(many, kind, 0.01)


@pytest.mark.parametrize("references", [1, 3])
def test_claims_have_the_same_points_and_comparisons(references: int) -> None:
    some = data([20, 1, 45, 2, 4, 9, 12, 12], [3, 5, 0, 50, 1, 7, 0, 1], None)
    compared = comparisons.compare(*some, Draws(references, number=4))
    for kind in KINDS:
        source = claim_blocks.Claims(*some, kind, Draws(references, number=4))
        sides = compared.genuine, getattr(compared, kind)
        assert source.totals == tuple(len(side.distance) for side in sides)
        for found, expected in zip(source.scores(), sides, strict=True):
            assert sorted(zip(*found, strict=True)) == sorted(zip(*expected, strict=True))
        eer = error_rates.eer(*(side.distance for side in sides))
        assert points(source, 0.01).eer == eer


def test_blocks_of_the_usual_size_give_the_same_points(monkeypatch: pytest.MonkeyPatch) -> None:
    many = data([12] * 60, [5] * 60, None)
    small = [points(Products(*many, kind), 0.01) for kind in KINDS]
    for module in (pair_blocks, roc_bands):
        monkeypatch.setattr(module, "ROWS", 256)
        monkeypatch.setattr(module, "COLUMNS", 1024)
    monkeypatch.setattr(operating_points, "SAMPLE", 1_000_000)
    assert [points(Products(*many, kind), 0.01) for kind in KINDS] == small
    assert small == [held(many, kind, 0.01) for kind in KINDS]


def test_a_band_that_is_too_narrow_is_widened(monkeypatch: pytest.MonkeyPatch) -> None:
    many = data([12] * 60, [6] * 60, None)
    passes: list[object] = []

    def gather(*arguments: Any) -> list[roc_bands.Stretch]:
        passes.append(arguments)
        return roc_bands.gather(*arguments)

    monkeypatch.setattr(operating_points, "gather", gather)
    monkeypatch.setattr(operating_points, "DEVIATIONS", 1e-6)
    assert points(Products(*many, "random"), 0.01) == held(many, "random", 0.01)
    assert len(passes) > 1


def test_identities_told_apart_without_error_have_their_threshold_in_the_gap() -> None:
    identity = np.repeat(np.arange(8), 6)
    rng = np.random.default_rng(0)
    vectors = (np.eye(8)[identity] + rng.normal(size=(48, 8)) * 0.01).astype(np.float32)
    apart = vectors, Labels(identity, np.zeros(48, bool))
    found = points(Products(*apart, "random"), 0.01)
    assert found == held(apart, "random", 0.01)
    assert found.eer.rate == 0
    assert 0.2 < found.eer.threshold < 1.3


@pytest.mark.parametrize("kind", KINDS)
def test_the_blocks_hold_every_comparison_once(kind: str) -> None:
    some = data([20, 1, 45, 2, 1, 9], [3, 5, 0, 50, 1, 7], None)
    compared = comparisons.compare(*some, Draws(1))
    blocks = Products(*some, kind)
    by_sort: tuple[list[float], list[float]] = ([], [])
    for number, block in enumerate(blocks.blocks):
        for distances, sort in zip(by_sort, blocks.compared(block), strict=True):
            position = np.arange(len(sort.value)) if sort.position is None else sort.position
            exact = blocks.distances(sort.value, np.full(len(position), number), position)
            np.testing.assert_allclose(exact**2, sort.value, atol=blocks.slack)
            distances.extend(np.repeat(exact, sort.times).tolist())
    for distances, scores in zip(by_sort, (compared.genuine, getattr(compared, kind)), strict=True):
        np.testing.assert_array_equal(
            np.sort(np.array(distances, np.float32)), np.sort(scores.distance)
        )
    assert blocks.totals == (len(compared.genuine.distance), len(getattr(compared, kind).distance))


def test_what_cannot_be_scored_is_refused() -> None:
    vectors, labels = data([6, 6], [0, 0], None)
    apart = Labels(np.arange(12), labels.forged)
    with pytest.raises(ValueError, match="no impostor"):
        points(Products(vectors, labels, "skilled"), 0.01)
    with pytest.raises(ValueError, match="no genuine"):
        points(Products(vectors, apart, "random"), 0.01)
    with pytest.raises(ValueError, match="far"):
        points(Products(vectors, labels, "random"), 1.0)
    with pytest.raises(ValueError, match="finite"):
        points(Products(np.where(np.eye(12), np.nan, 1), labels, "random"), 0.01)
