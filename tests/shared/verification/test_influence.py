"""Influence of identities on error rates, against rates of reweighted comparisons."""

from collections.abc import Callable

import numpy as np
import pytest

from components.shared.verification import influence
from components.shared.verification.comparisons import compare
from components.shared.verification.estimate import Estimate
from components.shared.verification.in_memory import InMemoryScores
from components.shared.verification.influence import AcceptedCounts
from components.shared.verification.sampling import Draws, Labels

IDENTITIES, IMAGES = 20, 8
STEP = 1e-4


def scores(seed: int = 0) -> tuple[InMemoryScores, InMemoryScores]:
    """Skilled and random comparisons of identities that differ."""
    rng = np.random.default_rng(seed)
    identity = np.repeat(np.arange(IDENTITIES), IMAGES)
    spread = rng.uniform(0.6, 1.4, IDENTITIES)[identity, None]
    forged = np.tile(np.arange(IMAGES) >= 5, IDENTITIES)
    vectors = 1.2 * rng.normal(size=(IDENTITIES, 4))[identity]
    vectors += (spread + forged[:, None]) * rng.normal(size=(len(identity), 4))
    compared = compare(vectors, Labels(identity, forged), Draws(1))
    return (
        InMemoryScores(compared.genuine, compared.skilled),
        InMemoryScores(compared.genuine, compared.random),
    )


SKILLED, RANDOM = scores()


def counts(scored: InMemoryScores) -> AcceptedCounts:
    return scored.accepted(scored.curve().threshold)


def weighted(scored: InMemoryScores, weights: np.ndarray, threshold: float) -> tuple[float, float]:
    """FAR and FRR where each identity weighs so much: a comparison of two weighs the product."""
    genuine, impostor = scored.genuine, scored.impostor
    weight = weights[impostor.identity]
    if impostor.probe is not None:
        weight = weight * weights[impostor.probe]
    same = weights[genuine.identity]
    far = weight[impostor.distance <= threshold].sum() / weight.sum()
    return float(far), float(same[genuine.distance > threshold].sum() / same.sum())


def derivatives(rate: Callable[[np.ndarray], float]) -> np.ndarray:
    """K times the derivative of a rate by each identity's weight."""
    result = []
    for name in range(IDENTITIES):
        step = np.zeros(IDENTITIES)
        step[name] = STEP
        result.append((rate(1 + step) - rate(1 - step)) / (2 * STEP))
    return IDENTITIES * np.array(result)


@pytest.mark.parametrize("scored", [SKILLED, RANDOM], ids=["skilled", "random"])
def test_influence_on_far_and_frr_is_their_derivative_by_each_identity_s_weight(
    scored: InMemoryScores,
) -> None:
    threshold = scored.eer().threshold
    ((accepted, rejected),) = scored.errors([threshold])

    def far(weights: np.ndarray) -> float:
        return weighted(scored, weights, threshold)[0]

    def frr(weights: np.ndarray) -> float:
        return weighted(scored, weights, threshold)[1]

    for errors, rate in ((accepted, far), (rejected, frr)):
        estimate = influence.of_share(*errors)
        assert estimate.value == rate(np.ones(IDENTITIES))
        np.testing.assert_allclose(estimate.influence, derivatives(rate), atol=1e-6)


def test_a_comparison_of_two_identities_counts_for_both() -> None:
    threshold = RANDOM.eer().threshold
    both = influence.of_share(*RANDOM.errors([threshold])[0][0]).standard_error()
    claimed = InMemoryScores(RANDOM.genuine, RANDOM.impostor._replace(probe=None))
    assert both > 1.3 * influence.of_share(*claimed.errors([threshold])[0][0]).standard_error()


@pytest.mark.parametrize("scored", [SKILLED, RANDOM], ids=["skilled", "random"])
def test_influence_on_the_area_is_its_derivative(scored: InMemoryScores) -> None:
    genuine, impostor = scored.genuine, scored.impostor
    order = np.sign(impostor.distance[None] - genuine.distance[:, None])
    wins = (order + 1) / 2

    def area(weights: np.ndarray) -> float:
        weight = weights[impostor.identity]
        if impostor.probe is not None:
            weight = weight * weights[impostor.probe]
        same = weights[genuine.identity]
        return float(same @ wins @ weight / (same.sum() * weight.sum()))

    estimate = influence.of_auc(scored.auc(), counts(scored))
    np.testing.assert_allclose(estimate.influence, derivatives(area), atol=1e-6)


def without(scored: InMemoryScores, name: int) -> InMemoryScores:
    """The comparisons that identity `name` has no part in."""
    genuine, impostor = scored.genuine, scored.impostor
    apart = impostor.identity != name
    if impostor.probe is not None:
        apart &= impostor.probe != name
    return InMemoryScores(
        genuine.select(np.flatnonzero(genuine.identity != name)),
        impostor.select(np.flatnonzero(apart)),
    )


def jackknife(scored: InMemoryScores, rate: Callable[[InMemoryScores], float]) -> np.ndarray:
    """(K − 1) times what a rate loses where each identity is left out."""
    whole = rate(scored)
    rates = [rate(without(scored, name)) for name in range(IDENTITIES)]
    return (IDENTITIES - 1) * (whole - np.array(rates))


@pytest.mark.parametrize("scored", [SKILLED, RANDOM], ids=["skilled", "random"])
def test_influence_on_the_rates_along_the_curve_is_near_the_jackknife_s(
    scored: InMemoryScores,
) -> None:
    eer = influence.of_eer(scored.eer().rate, counts(scored))
    frr = influence.of_frr_at_far(scored.at_far(0.1)[0], 0.1, counts(scored))
    cases: list[tuple[Estimate, Callable[[InMemoryScores], float]]] = [
        (eer, lambda left: left.eer().rate),
        (frr, lambda left: left.at_far(0.1)[0]),
    ]
    for estimate, rate in cases:
        expected = jackknife(scored, rate)
        assert np.corrcoef(estimate.influence, expected)[0, 1] > 0.8
        assert estimate.influence.std() == pytest.approx(expected.std(), rel=0.35)
        assert abs(estimate.influence.sum()) < 1e-9


def mean_eer(scored: InMemoryScores) -> float:
    return float(np.mean(list(scored.user_eers().values())))


@pytest.mark.parametrize("scored", [SKILLED, RANDOM], ids=["skilled", "random"])
def test_a_mean_over_identities_varies_with_their_own_rates_and_those_they_are_probes_of(
    scored: InMemoryScores,
) -> None:
    rates = np.array(list(scored.user_eers().values()))
    estimate = influence.of_mean_eer(rates, counts(scored))
    assert estimate.value == mean_eer(scored)
    expected = jackknife(scored, mean_eer)
    assert np.corrcoef(estimate.influence, expected)[0, 1] > 0.95
    assert estimate.influence.std() == pytest.approx(expected.std(), rel=0.2)


def test_an_identity_without_a_rate_of_its_own_counts_for_nothing_in_the_mean() -> None:
    rates = np.append(np.linspace(0, 0.38, IDENTITIES - 1), np.nan)
    estimate = influence.of_mean_eer(rates, counts(SKILLED))
    assert estimate.value == pytest.approx(0.19)
    assert estimate.influence[-1] == 0
