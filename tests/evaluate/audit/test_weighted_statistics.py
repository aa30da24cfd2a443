"""The floor of weighted statistics, against loops and on data of a known answer."""

import numpy as np
import pytest
from numpy.typing import NDArray

from components.evaluate.audit import weighted_statistics
from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import ComparedPart, compare_part
from components.evaluate.scoring import verification
from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.evaluate.scoring.verification import Limits
from components.shared.verification import error_rates
from components.shared.verification.sampling import Labels

IDENTITIES, GENUINE, FORGERIES = 24, 6, 3
IDENTITY = np.repeat(np.arange(IDENTITIES), GENUINE + FORGERIES)
FORGED = np.tile(np.arange(GENUINE + FORGERIES) >= GENUINE, IDENTITIES)
LABELS = Labels(IDENTITY, FORGED)
PART = EvaluationSet(
    np.arange(len(IDENTITY)), [f"w{i:02}" for i in range(IDENTITIES)], IDENTITY, FORGED
)
PARAMS = EvaluateParams(references=2, draws=2)
WEIGHTS = np.array([2.0, -0.5, 0.25])
KEY = "floor/statistics/skilled/refs_1/eer"


def noise(seed: int, columns: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(size=(len(IDENTITY), columns))


def ours() -> ComparedPart:
    return compare_part(PART, noise(9, 4).astype(np.float32), PARAMS)


def halves(seed: int) -> NDArray[np.float64]:
    """Statistics of which a forgery shifts the first or the second, so that none tells alone."""
    first = noise(seed, 1) > 0
    statistics = 0.1 * noise(seed + 1, 3)
    statistics[:, :2] += FORGED[:, None] * np.where(first, [1.0, 0.0], [0.0, 1.0])
    return statistics


def test_two_statistics_tell_together_what_none_tells_alone() -> None:
    figures = weighted_statistics.compare(
        np.concatenate([halves(0), halves(5)]), LABELS, ours(), seed=0
    ).figures
    alone = []
    for column in range(3):
        weights = np.eye(3)[column]
        theirs = weighted_statistics.verify(halves(5), LABELS, "skilled", weights)
        alone.append(theirs.scored.eer().rate)
    assert figures[KEY] < 0.03
    assert min(alone) > 0.25


def test_the_scores_are_those_of_a_loop_in_the_order_of_our_comparisons() -> None:
    statistics = noise(1, 3)
    for mine in ours().verifications:
        if mine.references > 1:
            continue
        theirs = weighted_statistics.verify(statistics, LABELS, mine.kind, WEIGHTS)
        genuine: list[float] = []
        impostor: list[float] = []
        for claimed in range(IDENTITIES):
            own = np.flatnonzero((claimed == IDENTITY) & ~FORGED)
            others = np.flatnonzero((claimed == IDENTITY) == (mine.kind == "skilled"))
            for reference in own:
                for probe in own[own > reference]:
                    genuine.append(WEIGHTS @ np.abs(statistics[reference] - statistics[probe]))
                for probe in others[FORGED[others] == (mine.kind == "skilled")]:
                    impostor.append(WEIGHTS @ np.abs(statistics[reference] - statistics[probe]))
        for of_theirs, of_mine, by_loop in (
            (theirs.genuine, mine.genuine, genuine),
            (theirs.impostor, mine.impostor, impostor),
        ):
            np.testing.assert_allclose(of_theirs.distance, by_loop, rtol=1e-5, atol=1e-6)
            np.testing.assert_array_equal(of_theirs.identity, of_mine.identity)
        if mine.kind == "random":
            np.testing.assert_array_equal(theirs.impostor.probe, mine.impostor.probe)
        else:
            assert theirs.impostor.probe is None


def test_the_figures_are_those_of_the_scores_with_a_paired_interval() -> None:
    known, new = noise(1, 3), noise(2, 3) + 0.3 * IDENTITY[:, None]
    compared = ours()
    figures = weighted_statistics.compare(
        np.concatenate([known, new]), LABELS, compared, seed=3
    ).figures
    mine = {v.kind: v for v in compared.verifications if v.references == 1}
    for kind in ("skilled", "random"):
        key = f"floor/statistics/{kind}/refs_1"
        weights = weighted_statistics.fit_weights(known, LABELS, kind, seed=3)
        assert weights is not None
        theirs = weighted_statistics.verify(new, LABELS, kind, weights)
        eer = error_rates.eer(theirs.genuine.distance, theirs.impostor.distance).rate
        difference = mine[kind].scored.eer().rate - eer
        assert figures[f"{key}/eer"] == eer
        assert figures[f"{key}/eer_difference"] == pytest.approx(difference)
        assert figures[f"{key}/n_pairs"] == mine[kind].scored.n_pairs
        assert (
            figures[f"{key}/eer_difference_ci_low"]
            < difference
            < figures[f"{key}/eer_difference_ci_high"]
        )


def test_each_kind_of_impostor_has_weights_of_its_own() -> None:
    statistics = noise(1, 2) + np.stack([2.0 * FORGED, IDENTITY], axis=1)
    skilled, random = (
        weighted_statistics.fit_weights(statistics, LABELS, kind, seed=0)
        for kind in ("skilled", "random")
    )
    assert skilled is not None
    assert random is not None
    assert skilled[0] > 5 * abs(skilled[1])
    assert random[1] > 5 * abs(random[0])


def test_a_constant_statistic_changes_nothing() -> None:
    statistics = halves(0)
    flat = np.concatenate([statistics, np.full((len(statistics), 1), 7.0)], axis=1)
    weights = weighted_statistics.fit_weights(statistics, LABELS, "skilled", seed=0)
    with_flat = weighted_statistics.fit_weights(flat, LABELS, "skilled", seed=0)
    assert weights is not None
    assert with_flat is not None
    np.testing.assert_allclose(with_flat, [*weights, 0], atol=1e-3)


def test_train_without_forgeries_gives_the_floor_of_random_ones_alone() -> None:
    genuine = Labels(IDENTITY[~FORGED], FORGED[~FORGED])
    known = noise(1, 3)[~FORGED] + IDENTITY[~FORGED, None]
    result = weighted_statistics.compare(
        np.concatenate([known, noise(2, 3)]), genuine, ours(), seed=0
    )
    assert "floor/statistics/random/refs_1/eer" in result.figures
    assert not [name for name in result.figures if "skilled" in name]
    assert result.lines == [
        "no floor of simple statistics, skilled forgeries: train has none to fit it to"
    ]


def test_without_train_identities_there_is_no_such_floor_and_no_word_of_it() -> None:
    nobody = Labels(IDENTITY[:0], FORGED[:0])
    assert weighted_statistics.compare(noise(2, 3), nobody, ours(), seed=0) == ({}, [])


def test_comparisons_that_do_not_fit_in_memory_leave_it_out_and_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verification, "LIMITS", Limits(in_memory=1000))
    result = weighted_statistics.compare(
        np.concatenate([noise(1, 3), noise(2, 3)]), LABELS, ours(), seed=0
    )
    assert KEY in result.figures
    assert not [name for name in result.figures if "random" in name]
    assert result.lines == [
        "no floor of simple statistics, random forgeries: 20,232 comparisons do not fit in memory"
    ]
