"""Drift: chance and the share of impostors are none, a change of the evidence is."""

import numpy as np
import pytest
from numpy.typing import NDArray

from components.shared.verification.distributions import EDGES, Distribution, count
from serving.engine import drift
from serving.engine.drift import compare, compare_all, fit_share, stability_index, wilson, worst

Counts = NDArray[np.int64]
IDENTITIES = 60


def measured(seed: int = 0, references: int = 1) -> Distribution:
    """Of a test whose identities differ: some write alike always, some never."""
    rng = np.random.default_rng(seed)
    own, forged = rng.normal(0, 1, (2, IDENTITIES, 1))
    genuine = count((2 + own + rng.normal(0, 1, (IDENTITIES, 10))).ravel())
    impostor = count((-2 + forged + rng.normal(0, 1, (IDENTITIES, 15))).ravel())
    return Distribution("skilled", references, EDGES, genuine, impostor, IDENTITIES)


def served(total: int, share: float, seed: int, shift: float = 0.0) -> Counts:
    """Counts of claims on people like those of `measured`, each on a person of its own."""
    rng = np.random.default_rng([seed, 1])
    place = np.where(rng.random(total) < share, 2.0, -2.0)
    return np.array(count(shift + rng.normal(place, np.sqrt(2))))


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "DRAWS", 200)


def test_the_share_is_the_likeliest_one_of_a_grid() -> None:
    row = measured()
    genuine = np.array(row.genuine) / sum(row.genuine) + 1e-6
    impostor = np.array(row.impostor) / sum(row.impostor) + 1e-6
    shares = np.linspace(0, 1, 2001)
    for seed, true in enumerate((0.0, 0.3, 0.9, 1.0)):
        counts = served(300, true, seed)
        mixtures = shares[:, None] * genuine + (1 - shares[:, None]) * impostor
        best = shares[np.argmax((counts * np.log(mixtures)).sum(axis=1))]
        assert fit_share(counts, genuine, impostor) == pytest.approx(best, abs=1e-3)


def test_many_sets_of_counts_are_fitted_as_each_alone() -> None:
    genuine, impostor = np.array([0.1, 0.2, 0.7]), np.array([0.6, 0.3, 0.1])
    sets = np.array([[5, 1, 9], [9, 9, 0], [0, 0, 4]])
    alone = [float(fit_share(each, genuine, impostor)) for each in sets]
    assert fit_share(sets, genuine, impostor).tolist() == alone
    assert alone[2] == pytest.approx(1)


def test_chance_is_seldom_taken_for_a_change() -> None:
    """At 5 %: of 60 tests and services without any change, a few are beyond chance."""
    verdicts = []
    for seed in range(60):
        share = (0.0, 0.5, 0.95)[seed % 3]
        verdicts.append(compare(measured(seed), served(400, share, seed), seed=seed).verdict)
    assert verdicts.count("known") >= 54
    assert "left" not in verdicts


@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_another_share_of_impostors_is_no_drift_and_is_told(share: float) -> None:
    row = compare(measured(), served(1000, share, 5))
    assert row.verdict == "known"
    assert row.genuine == pytest.approx(share, abs=0.08)
    assert row.distance.low <= row.distance.value <= row.distance.high
    assert row.distance.value <= row.by_chance


@pytest.mark.parametrize("shift", [-1.5, 1.5])
def test_evidence_that_moved_as_a_whole_is_known_as_such(shift: float) -> None:
    row = compare(measured(), served(1000, 0.9, 3, shift))
    assert row.verdict == "left"
    assert row.distance.low > 0
    assert row.distance.value > row.by_chance
    assert row.stability > 0.1


def test_evidence_beyond_all_that_was_measured_is_known_as_such() -> None:
    counts = served(1000, 0.9, 3)
    counts[0] = 100
    row = compare(measured(), counts)
    known = np.flatnonzero(np.add(measured().genuine, measured().impostor))
    beyond = counts[: known[0]].sum() + counts[known[-1] + 1 :].sum()
    assert row.outside.value == pytest.approx(beyond / counts.sum())
    assert row.outside.low > 0.05
    assert row.verdict == "left"


def test_too_few_answers_are_said_to_be_so_however_they_lie() -> None:
    assert compare(measured(), served(99, 0.9, 3, shift=-6)).verdict == "too few"
    assert worst([]) == "too few"


def test_the_gravest_verdict_is_that_of_all() -> None:
    rows = [measured(), measured(1, references=3), measured(2, references=5)]
    counts = {1: served(500, 0.9, 1), 3: served(500, 0.9, 2, shift=-2.5), 4: served(9, 0.9, 3)}
    found = compare_all(rows, counts, "skilled")
    assert [(row.references, row.verdict) for row in found] == [(1, "known"), (3, "left")]
    assert worst(found) == "left"
    assert compare_all(rows, counts, "random") == []


def test_the_stability_index_is_that_of_groups_of_equal_probability() -> None:
    expected = np.full(20, 0.05)
    assert stability_index(np.full(20, 7), expected) == pytest.approx(0)
    moved = np.repeat([0, 2, 1, 1, 1, 1, 1, 1, 1, 1], 2) * 50
    by_hand = (1 / 1000 * 0.5 - 0.1) * np.log(0.5 / 1000 / 0.1) + (0.2 - 0.1) * np.log(0.2 / 0.1)
    assert stability_index(moved, expected) == pytest.approx(by_hand)


def test_the_interval_of_a_share_is_wilsons() -> None:
    assert wilson(5, 10) == pytest.approx((0.5, 0.2366, 0.7634), abs=1e-4)
    assert wilson(0, 10)[:2] == (0, 0)
    assert wilson(10, 10).high == 1


@pytest.mark.parametrize("counts", [np.zeros(82, np.int64), np.ones(81, np.int64)])
def test_counts_of_nothing_or_of_other_bins_are_no_evidence(counts: Counts) -> None:
    with pytest.raises(ValueError, match="other bins"):
        compare(measured(), counts)
