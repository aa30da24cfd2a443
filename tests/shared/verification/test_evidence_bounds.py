"""Bounds of likelihood ratios: by hand, and by the definition on a dense grid."""

import math

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from components.shared.verification.evidence_bounds import Bounds, empirical_bounds


def cost(genuine: np.ndarray, impostor: np.ndarray, threshold: float) -> float:
    """The cost of accepting LRs above a threshold, where a false acceptance costs the threshold,
    with one misleading comparison added to each side.
    """
    accepted = np.append(genuine > math.log(threshold), False)
    falsely = np.append(impostor > math.log(threshold), True)
    return float(1 - accepted.mean() + threshold * falsely.mean())


def by_definition(genuine: np.ndarray, impostor: np.ndarray, step: float) -> tuple[float, float]:
    """The thresholds nearest to 1 at which LRs cost more than none at all (LR = 1)."""
    upper = np.arange(step / 2, 12, step)
    high = next(each for each in upper if cost(genuine, impostor, math.exp(each)) > 1)
    low = next(each for each in -upper if cost(genuine, impostor, math.exp(each)) > math.exp(each))
    return low, high


@pytest.mark.parametrize("seed", range(25))
def test_bounds_are_those_of_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sides = rng.integers(3, 60, 2)
    genuine = rng.normal(rng.uniform(-0.5, 4), 1.5, sides[0]).round(1)
    impostor = rng.normal(rng.uniform(-4, 0.5), 1.5, sides[1]).round(1)
    expected = by_definition(genuine, impostor, 0.001)
    assert empirical_bounds(genuine, impostor) == pytest.approx(expected, abs=0.002)


def test_perfect_answers_are_bounded_by_the_number_of_comparisons() -> None:
    # beyond t: 30/31 of the genuine, 1/100 of the impostors; below: 99/100 and 1/31
    bounds = empirical_bounds([50.0] * 30, [-50.0] * 99)
    assert bounds.high == pytest.approx(math.log((30 / 31) * 100))
    assert bounds.low == pytest.approx(-math.log((99 / 100) * 31))


def test_comparisons_of_few_identities_are_worth_fewer_trials() -> None:
    genuine, impostor = [50.0] * 3000, [-50.0] * 6000
    bounds = empirical_bounds(genuine, impostor, genuine_trials=11, impostor_trials=11)
    assert bounds == pytest.approx((-math.log(11), math.log(11)))
    assert empirical_bounds(genuine, impostor).high > 8


def test_a_misleading_ratio_pulls_the_bound_towards_it() -> None:
    # an impostor at 3: below it an LR of (9/10) / (2/11) may be given, which is less than e^3
    impostor = [-5.0] * 9 + [3.0]
    assert empirical_bounds([5.0] * 9, impostor).high == pytest.approx(math.log(0.9 * 11 / 2))


def test_no_answer_is_stronger_than_the_strongest_that_was_seen() -> None:
    bounds = empirical_bounds([1.0] * 1000, [-1.5] * 1000)
    assert bounds == (-1.5, 1.0)


def test_ratios_that_mislead_as_often_as_not_are_bounded_by_no_support() -> None:
    assert empirical_bounds([-2.0, 2.0], [-2.0, 2.0]) == (0, 0)
    assert empirical_bounds([-3.0], [3.0]) == (0, 0)


def test_exchanging_the_sides_mirrors_the_bounds() -> None:
    rng = np.random.default_rng(0)
    genuine, impostor = rng.normal(2, 1, 40), rng.normal(-1, 1, 70)
    low, high = empirical_bounds(genuine, impostor)
    assert empirical_bounds(-impostor, -genuine) == (-high, -low)


def test_infinite_ratios_are_bounded_like_any() -> None:
    bounds = empirical_bounds([math.inf] * 9, [-math.inf] * 9)
    assert bounds == pytest.approx((-math.log(9), math.log(9)))


def test_answers_beyond_the_bounds_become_the_bounds() -> None:
    assert Bounds(-2, 3).clip([-math.inf, -2, 0.5, 9]).tolist() == [-2, -2, 0.5, 3]


def test_empty_sides_and_nan_are_refused() -> None:
    with pytest.raises(ValueError, match="no genuine likelihood ratios"):
        empirical_bounds([], [1.0])
    with pytest.raises(ValueError, match="impostor likelihood ratios hold NaN"):
        empirical_bounds([1.0], [math.nan])


WRITERS, IMAGES = 11, 8


def distances(writers: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Distances of writers of 8 genuine images and 8 forgeries, [K, 28] and [K, 64]."""
    pairs = np.triu_indices(IMAGES, 1)
    genuine, impostor = [], []
    for _ in range(writers):
        place, margin = rng.normal(0, 0.6), rng.normal(3.4, 1)
        spread = np.exp(rng.normal(0, 0.2))
        own, forged = 0.5 * rng.normal(size=(2, IMAGES))
        same, other = 0.7 * rng.normal(size=(2, IMAGES, IMAGES))
        genuine.append(place + spread * (own[:, None] + own + same)[pairs])
        impostor.append(place + margin + spread * (own[:, None] + forged + other).ravel())
    return np.array(genuine), np.array(impostor)


def fitted(genuine: np.ndarray, impostor: np.ndarray) -> LogisticRegression:
    label = np.repeat([1, 0], [genuine.size, impostor.size])
    columns = np.concatenate([genuine.ravel(), impostor.ravel()])[:, None]
    return LogisticRegression(class_weight="balanced").fit(columns, label)


def answers(model: LogisticRegression, values: np.ndarray) -> np.ndarray:
    return np.asarray(model.decision_function(values.reshape(-1, 1)).reshape(values.shape))


@pytest.mark.slow
def test_bounds_worth_the_questioned_images_hold_in_the_population() -> None:
    """A regression of eleven writers claims more than the population shows; what the bounds, of
    answers to writers left out, leave of it is seldom twice too large.
    """
    same, other = distances(800, np.random.default_rng(9))
    rng = np.random.default_rng(0)
    overstated: list[bool] = []
    unbounded: list[bool] = []
    for _ in range(25):
        genuine, impostor = distances(WRITERS, rng)
        left_out = np.arange(WRITERS) % 5
        claims = np.empty_like(genuine), np.empty_like(impostor)
        for fold in range(5):
            apart = left_out == fold
            model = fitted(genuine[~apart], impostor[~apart])
            claims[0][apart] = answers(model, genuine[apart])
            claims[1][apart] = answers(model, impostor[apart])
        model = fitted(genuine, impostor)
        for limit, cases in (
            (empirical_bounds(*claims, WRITERS * IMAGES, WRITERS * IMAGES).high, overstated),
            (float(claims[0].max()), unbounded),
        ):
            shown = float((answers(model, same) >= limit).mean())
            misled = float((answers(model, other) >= limit).mean()) or 1e-6
            cases.append(math.exp(limit) > 2 * shown / misled)
    assert np.mean(overstated) <= 0.08  # two of them
    assert np.mean(unbounded) > 0.5
