"""Comparisons scored out of core, against the same ones in memory."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.literature import sample_pairs
from components.evaluate.protocols.threshold_choice import apply_thresholds, choose_thresholds
from components.evaluate.scoring import operating_points, out_of_core
from components.evaluate.scoring.confidence_intervals import eer, intervals
from components.evaluate.scoring.curve_bands import band
from components.evaluate.scoring.roc_curves import curve
from components.evaluate.scoring.verification import (
    Limits,
    Verification,
    figures,
    user_eers,
    verifications,
)
from components.shared.verification import comparisons
from components.shared.verification.comparisons import Scores
from components.shared.verification.sampling import Labels
from tests.evaluate.scoring.synthetic import SMALL, Data

PARAMS = EvaluateParams(draws=3)
FAR = PARAMS.far
DRAWS = [PARAMS.draws_of(1), PARAMS.draws_of(3)]
NOTHING_IN_MEMORY = Limits(in_memory=0, block_size=SMALL)


class Pair(NamedTuple):
    """The same verification, in memory and out of core."""

    whole: Verification
    blocks: Verification


@pytest.fixture(autouse=True, scope="module")
def small_samples() -> Iterator[None]:
    """Samples and batches so small that little data has many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operating_points, "SAMPLE", 500)
        patch.setattr(out_of_core, "AT_ONCE", 100)
        patch.setattr(out_of_core, "BATCH", 5)
        patch.setattr(out_of_core, "SAMPLED", 1_000)
        yield


def embedded(seed: int, grid: int | None = None) -> Data:
    """Embeddings of identities of many sizes; some cannot be claimed, some are not forged."""
    rng = np.random.default_rng(seed)
    genuine, forgeries = rng.integers(1, 16, 30), rng.integers(0, 9, 30)
    identity = np.concatenate([np.repeat(np.arange(30), sizes) for sizes in (genuine, forgeries)])
    forged = np.arange(len(identity)) >= genuine.sum()
    noise = rng.normal(size=(30, 10))[identity], rng.normal(size=(len(identity), 10))
    vectors = noise[0] + noise[1] * (1 + 0.5 * forged[:, None])
    if grid:
        vectors = np.round(vectors * grid) / grid
    else:
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    order = rng.permutation(len(identity))
    return vectors[order].astype(np.float32), Labels(identity[order], forged[order])


def both(seed: int, grid: int | None = None) -> list[Pair]:
    data = embedded(seed, grid)
    whole = verifications(*data, DRAWS)
    blocks = verifications(*data, DRAWS, limits=NOTHING_IN_MEMORY)
    assert all(v.out_of_core is None for v in whole)
    assert all(v.out_of_core is not None for v in blocks)
    return [Pair(*pair) for pair in zip(whole, blocks, strict=True)]


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return both(0)


@pytest.mark.parametrize("grid", [None, 1])
def test_all_figures_are_equal_and_thresholds_too(grid: int | None) -> None:
    for seed in (1, 2):
        alike = both(seed, grid)
        for whole, blocks in alike:
            assert figures(blocks, FAR) == figures(whole, FAR)
            assert user_eers(blocks) == user_eers(whole)
            assert blocks.scored.eer() == whole.scored.eer()
        in_memory, in_blocks = [pair.whole for pair in alike], [pair.blocks for pair in alike]
        thresholds = choose_thresholds(in_memory, PARAMS)
        assert choose_thresholds(in_blocks, PARAMS) == thresholds
        assert apply_thresholds(in_blocks, thresholds, PARAMS) == apply_thresholds(
            in_memory, thresholds, PARAMS
        )


def test_curves_lie_on_those_of_all_comparisons(pairs: list[Pair]) -> None:
    for whole, blocks in pairs:
        full, few = whole.scored.curve(), curve(blocks)
        assert (few.far[0], few.frr[0], few.far[-1], few.frr[-1]) == (0, 1, 1, 0)
        last = np.maximum(np.searchsorted(full.threshold, few.threshold, side="right") - 1, 0)
        np.testing.assert_array_equal(few.far, full.far[last])
        np.testing.assert_array_equal(few.frr, full.frr[last])


def test_intervals_and_bands_are_those_of_all_comparisons_but_for_interpolation(
    pairs: list[Pair],
) -> None:
    for whole, blocks in pairs:
        exact = intervals(whole, FAR)
        interpolated = intervals(blocks, FAR)
        assert exact.keys() == interpolated.keys()
        for name, value in exact.items():
            assert interpolated[name] == pytest.approx(value, abs=3e-3)
        exact_band, interpolated_band = band(whole), band(blocks)
        assert exact_band is not None
        assert interpolated_band is not None
        for ours, exactly in zip(interpolated_band, exact_band, strict=True):
            assert np.quantile(np.abs(ours - exactly), 0.9) < 0.02
        difference = (eer(whole) - eer(blocks)).interval()
        assert difference == pytest.approx((0, 0), abs=5e-3)


def counted(side: Scores) -> Counter[tuple[float, int]]:
    return Counter(zip(side.distance.tolist(), side.identity.tolist(), strict=True))


def test_the_sample_is_some_of_the_comparisons_each_once(pairs: list[Pair]) -> None:
    for whole, blocks in pairs:
        sides = (whole.genuine, blocks.genuine), (whole.impostor, blocks.impostor)
        for all_of_them, some in sides:
            assert counted(some) <= counted(all_of_them)
            count = min(1_000, len(all_of_them.distance))
            assert len(some.distance) == pytest.approx(count, rel=0.15)


def test_the_places_of_the_sample_are_those_among_all_comparisons(pairs: list[Pair]) -> None:
    for whole, blocks in pairs:
        sides = (whole.genuine, blocks.genuine), (whole.impostor, blocks.impostor)
        for places, (all_of_them, some) in zip(blocks.places, sides, strict=True):
            assert np.all(np.diff(places) > 0)
            np.testing.assert_allclose(all_of_them.distance[places], some.distance, atol=1e-6)
            np.testing.assert_array_equal(all_of_them.identity[places], some.identity)


def test_a_kind_with_few_comparisons_is_in_memory_beside_one_with_many() -> None:
    data = embedded(3)
    whole = {v.kind: v for v in verifications(*data, DRAWS[:1])}
    limits = Limits(whole["random"].scored.n_pairs - 1, SMALL)
    mixed = {v.kind: v for v in verifications(*data, DRAWS[:1], limits=limits)}
    assert mixed["random"].out_of_core is not None
    assert mixed["skilled"].out_of_core is None
    for kind, v in whole.items():
        assert figures(mixed[kind], FAR) == figures(v, FAR)


@pytest.mark.parametrize("fuse", [comparisons.nearest, comparisons.farthest, comparisons.centre])
def test_every_fusion_is_scored_alike(fuse: comparisons.Fusion) -> None:
    data = embedded(4)
    whole = verifications(*data, DRAWS[1:], fuse=fuse)
    blocks = verifications(*data, DRAWS[1:], fuse=fuse, limits=NOTHING_IN_MEMORY)
    for left, right in zip(whole, blocks, strict=True):
        assert figures(left, FAR) == figures(right, FAR)


def test_the_field_protocol_draws_of_the_sample(pairs: list[Pair]) -> None:
    whole, blocks = next(
        pair for pair in pairs if pair.whole.kind == "skilled" and pair.whole.references == 1
    )
    papers = sample_pairs(blocks, PARAMS.seed)
    assert papers.out_of_core is None
    expected = figures(sample_pairs(whole, PARAMS.seed), FAR)
    assert figures(papers, FAR).keys() == expected.keys()
    assert papers.scored.n_pairs < whole.scored.n_pairs


def test_of_several_collections_the_figures_out_of_core_are_those_in_memory() -> None:
    vectors, labels = embedded(6)
    several = labels._replace(collection=labels.identity % 3)
    whole = verifications(vectors, several, DRAWS)
    blocks = verifications(vectors, several, DRAWS, limits=NOTHING_IN_MEMORY)
    for left, right in zip(whole, blocks, strict=True):
        assert figures(left, FAR) == figures(right, FAR)
        np.testing.assert_array_equal(left.scored.names, right.scored.names)
