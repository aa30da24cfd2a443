"""Comparisons that are counted in passes, against the same ones held."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.literature import field
from components.evaluate.protocols.threshold_choice import carry, choose
from components.evaluate.report.data_files import scores_table
from components.evaluate.scoring import (
    claim_blocks,
    operating_points,
    out_of_core,
    pair_blocks,
    roc_bands,
    verification,
)
from components.evaluate.scoring.confidence_intervals import intervals, paired
from components.evaluate.scoring.curve_bands import band
from components.evaluate.scoring.roc_curves import curve
from components.evaluate.scoring.verification import Verification, figures, user_eers, verifications
from components.shared.verification import comparisons
from components.shared.verification.sampling import Labels

PARAMS = EvaluateParams(bootstrap=100, draws=3)
FAR, BOOTSTRAP = PARAMS.far, PARAMS.resampling
DRAWS = [PARAMS.draws_of(1), PARAMS.draws_of(3)]


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    """Blocks and samples so small that little data has many."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (pair_blocks, claim_blocks, roc_bands):
            patch.setattr(module, "ROWS", 16)
            patch.setattr(module, "COLUMNS", 40)
        patch.setattr(operating_points, "SAMPLE", 500)
        patch.setattr(out_of_core, "AT_ONCE", 100)
        patch.setattr(out_of_core, "BATCH", 5)
        patch.setattr(out_of_core, "SAMPLED", 1_000)
        yield


def part(seed: int, grid: int | None = None) -> tuple[np.ndarray, Labels]:
    """Embeddings of identities of many sizes; some cannot be claimed, some are not forged."""
    rng = np.random.default_rng(seed)
    genuine, forgeries = rng.integers(1, 16, 30), rng.integers(0, 9, 30)
    identity = np.concatenate([np.repeat(np.arange(30), sizes) for sizes in (genuine, forgeries)])
    forged = np.arange(len(identity)) >= genuine.sum()
    vectors = rng.normal(size=(30, 10))[identity] + rng.normal(size=(len(identity), 10)) * (
        1 + 0.5 * forged[:, None]
    )
    vectors = (
        np.round(vectors * grid) / grid
        if grid
        else vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    )
    order = rng.permutation(len(identity))
    return vectors[order].astype(np.float32), Labels(identity[order], forged[order])


def both(seed: int, grid: int | None = None) -> list[tuple[Verification, Verification]]:
    """The same verifications, held and counted."""
    given = *part(seed, grid), DRAWS
    held = verifications(*given)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verification, "MOST_HELD", 0)
        passed = verifications(*given)
    assert all(v.counted is None for v in held)
    assert all(v.counted is not None for v in passed)
    return list(zip(held, passed, strict=True))


@pytest.fixture(scope="module")
def found() -> list[tuple[Verification, Verification]]:
    return both(0)


@pytest.mark.parametrize("grid", [None, 1])
def test_all_figures_are_equal_and_thresholds_too(grid: int | None) -> None:
    for seed in (1, 2):
        pairs_of = both(seed, grid)
        for held, passed in pairs_of:
            assert figures(passed, FAR) == figures(held, FAR)
            assert user_eers(passed) == user_eers(held)
            assert passed.scored.eer() == held.scored.eer()
        held_ones, passed_ones = ([v[i] for v in pairs_of] for i in range(2))
        chosen = choose(held_ones, PARAMS)
        assert choose(passed_ones, PARAMS) == chosen
        assert carry(passed_ones, chosen, PARAMS) == carry(held_ones, chosen, PARAMS)


def test_curves_lie_on_those_of_all_comparisons(
    found: list[tuple[Verification, Verification]],
) -> None:
    for held, passed in found:
        full, few = held.scored.curve(), curve(passed)
        assert (few.far[0], few.frr[0], few.far[-1], few.frr[-1]) == (0, 1, 1, 0)
        last = np.maximum(np.searchsorted(full.threshold, few.threshold, side="right") - 1, 0)
        np.testing.assert_array_equal(few.far, full.far[last])
        np.testing.assert_array_equal(few.frr, full.frr[last])


def test_intervals_and_bands_are_those_of_all_comparisons_but_for_interpolation(
    found: list[tuple[Verification, Verification]],
) -> None:
    for held, passed in found:
        exact, counted_ones = intervals(held, FAR, BOOTSTRAP), intervals(passed, FAR, BOOTSTRAP)
        assert exact.keys() == counted_ones.keys()
        for name, value in exact.items():
            assert counted_ones[name] == pytest.approx(value, abs=3e-3)
        exact_band, counted_band = band(held, BOOTSTRAP), band(passed, BOOTSTRAP)
        assert exact_band is not None
        assert counted_band is not None
        np.testing.assert_allclose(counted_band.low, exact_band.low, atol=0.02)
        np.testing.assert_allclose(counted_band.high, exact_band.high, atol=0.02)
        resampled = paired(held, passed, BOOTSTRAP)
        assert resampled is not None
        np.testing.assert_allclose(*resampled, atol=5e-3)


def test_the_sample_is_some_of_the_comparisons_each_once(
    found: list[tuple[Verification, Verification]],
) -> None:
    for held, passed in found:
        sides = (held.genuine, passed.genuine), (held.impostor, passed.impostor)
        for all_of_them, some in sides:
            whole, drawn = (
                Counter(zip(*map(np.ndarray.tolist, side), strict=True))
                for side in (all_of_them, some)
            )
            assert drawn <= whole
            assert drawn.total() == pytest.approx(min(1_000, whole.total()), rel=0.15)
    rows = scores_table([passed for _, passed in found], [f"{i:02}" for i in range(30)])
    assert set(rows["kind"]) == {"genuine", "skilled", "random"}


def test_a_kind_with_few_comparisons_is_held_beside_one_with_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = *part(3), DRAWS[:1]
    held = {v.kind: v for v in verifications(*given)}
    monkeypatch.setattr(verification, "MOST_HELD", held["random"].scored.n_pairs - 1)
    mixed = {v.kind: v for v in verifications(*given)}
    assert mixed["random"].counted is not None
    assert mixed["skilled"].counted is None
    for kind, v in held.items():
        assert figures(mixed[kind], FAR) == figures(v, FAR)


@pytest.mark.parametrize("fuse", [comparisons.nearest, comparisons.farthest, comparisons.centre])
def test_every_fusion_is_counted_alike(
    fuse: comparisons.Fusion, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = *part(4), DRAWS[1:], FAR, fuse
    held = verifications(*given)
    monkeypatch.setattr(verification, "MOST_HELD", 0)
    for one, other in zip(held, verifications(*given), strict=True):
        assert figures(other, FAR) == figures(one, FAR)


def test_the_field_protocol_draws_of_the_sample(
    found: list[tuple[Verification, Verification]],
) -> None:
    held, passed = next(
        pair for pair in found if pair[0].kind == "skilled" and pair[0].references == 1
    )
    drawn = field(passed, PARAMS.seed)
    assert drawn.counted is None
    assert figures(drawn, FAR).keys() == figures(field(held, PARAMS.seed), FAR).keys()
    assert drawn.scored.n_pairs < held.scored.n_pairs
