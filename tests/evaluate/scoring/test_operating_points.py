"""Operating points found out of core, against those of all comparisons held and sorted."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.evaluate.scoring import operating_points as module
from components.evaluate.scoring import roc_bands
from components.evaluate.scoring.block_source import BlockSize
from components.evaluate.scoring.claim_blocks import ClaimBlocks
from components.evaluate.scoring.operating_points import OperatingPoints, operating_points
from components.evaluate.scoring.pair_blocks import PairBlocks
from components.shared.verification import comparisons, error_rates
from components.shared.verification.sampling import Draws, Labels
from tests.evaluate.scoring.synthetic import KINDS, SMALL, Data, data


@pytest.fixture(autouse=True)
def small_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples so small that a band around the point is needed."""
    monkeypatch.setattr(module, "SAMPLE", 300)


def in_blocks(embedded: Data, kind: str, far: float, size: BlockSize = SMALL) -> OperatingPoints:
    return operating_points(PairBlocks(*embedded, kind, size), far)


def in_memory(embedded: Data, kind: str, far: float) -> OperatingPoints:
    scores = comparisons.compare(*embedded, Draws(1))
    curve = error_rates.roc(scores.genuine.distance, getattr(scores, kind).distance)
    last = np.searchsorted(curve.far, far, side="right") - 1
    eer = error_rates.crossing(curve)
    return OperatingPoints(eer, float(curve.frr[last]), float(curve.threshold[last]))


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 20)), min_size=2, max_size=25),
    st.sampled_from([None, 1, 4]),
    st.sampled_from([0.0, 0.01, 0.1, 0.5]),
    st.integers(0, 2**32 - 1),
)
def test_points_are_exactly_those_of_all_distances_sorted(
    sizes: list[tuple[int, int]], grid: int | None, far: float, seed: int
) -> None:
    genuine, forgeries = [size[0] for size in sizes], [size[1] for size in sizes]
    many = data([3, *genuine], [1, *forgeries], grid, seed)
    for kind in KINDS:
        assert in_blocks(many, kind, far) == in_memory(many, kind, far)


def test_few_identities_with_many_images_are_scored_alike() -> None:
    many = data([400, 500], [300, 20])
    for kind in KINDS:
        assert in_blocks(many, kind, 0.01) == in_memory(many, kind, 0.01)


@pytest.mark.parametrize("references", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_claims_have_the_same_points(references: int, kind: str) -> None:
    some = data([20, 1, 45, 2, 4, 9, 12, 12], [3, 5, 0, 50, 1, 7, 0, 1])
    draws = Draws(references, number=4)
    scores = comparisons.compare(*some, draws)
    source = ClaimBlocks(*some, kind, draws, size=SMALL)
    eer = error_rates.eer(scores.genuine.distance, getattr(scores, kind).distance)
    assert operating_points(source, 0.01).eer == eer


def test_blocks_of_another_size_give_the_same_points(monkeypatch: pytest.MonkeyPatch) -> None:
    many = data([12] * 60, [5] * 60)
    small = [in_blocks(many, kind, 0.01) for kind in KINDS]
    monkeypatch.setattr(module, "SAMPLE", 1_000_000)
    assert [in_blocks(many, kind, 0.01, BlockSize(256, 1024)) for kind in KINDS] == small
    assert small == [in_memory(many, kind, 0.01) for kind in KINDS]


def test_a_band_that_is_too_narrow_is_widened(monkeypatch: pytest.MonkeyPatch) -> None:
    many = data([12] * 60, [6] * 60)
    passes: list[object] = []

    def gather(*arguments: Any) -> list[roc_bands.RocSegment]:
        passes.append(arguments)
        return roc_bands.gather(*arguments)

    monkeypatch.setattr(module, "gather", gather)
    monkeypatch.setattr(module, "DEVIATIONS", 1e-6)
    assert in_blocks(many, "random", 0.01) == in_memory(many, "random", 0.01)
    assert len(passes) > 1


def test_identities_told_apart_without_error_have_their_threshold_in_the_gap() -> None:
    identity = np.repeat(np.arange(8), 6)
    rng = np.random.default_rng(0)
    vectors = (np.eye(8)[identity] + rng.normal(size=(48, 8)) * 0.01).astype(np.float32)
    apart = vectors, Labels(identity, np.zeros(48, bool))
    points = in_blocks(apart, "random", 0.01)
    assert points == in_memory(apart, "random", 0.01)
    assert points.eer.rate == 0
    assert 0.2 < points.eer.threshold < 1.3


def test_comparisons_that_cannot_be_scored_are_refused() -> None:
    vectors, labels = data([6, 6], [0, 0])
    with pytest.raises(ValueError, match="no impostor"):
        in_blocks((vectors, labels), "skilled", 0.01)
    with pytest.raises(ValueError, match="no genuine"):
        in_blocks((vectors, Labels(np.arange(12), labels.forged)), "random", 0.01)
    with pytest.raises(ValueError, match="far"):
        in_blocks((vectors, labels), "random", 1.0)
    unknown = np.where(np.eye(12), np.nan, 1).astype(np.float32)
    with pytest.raises(ValueError, match="finite"):
        in_blocks((unknown, labels), "random", 0.01)
