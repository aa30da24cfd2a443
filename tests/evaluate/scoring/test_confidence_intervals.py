"""Intervals of figures: by hand, and how often they hold the truth of simulated populations."""

import statistics
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from components.evaluate.scoring.confidence_intervals import (
    eer,
    frr_at_far,
    intervals,
    mean_eer,
    share,
)
from components.evaluate.scoring.verification import Verification, figures, user_eers
from components.shared.verification import influence
from components.shared.verification.comparisons import Scores, compare
from components.shared.verification.estimate import Estimate
from components.shared.verification.sampling import Draws, Labels

FAR = 0.01
FIGURES = ("eer", "eer_user", "auc", "far", "frr")


def verification(quality: float, identities: int = 9, seed: int = 0) -> Verification:
    rng = np.random.default_rng(seed)
    identity = np.repeat(np.arange(identities), 8)
    vectors = rng.normal(size=(identities, 6))[identity] * quality + rng.normal(
        size=(len(identity), 6)
    )
    forged = np.tile(np.arange(8) >= 5, identities)
    scores = compare(vectors, Labels(identity, forged), Draws(1))
    return Verification("random", 1, scores.genuine, scores.random)


def test_a_share_varies_with_all_events_of_an_identity() -> None:
    identity = np.array([0, 0, 0, 4, 7, 7])  # identities need not be numbered without gaps
    hit = np.array([True, True, False, True, False, False])
    estimate = influence.of_share(np.array([2, 1, 0]), np.array([3, 1, 2]))
    assert estimate.influence == pytest.approx(3 * np.array([2 - 1.5, 1 - 0.5, 0 - 1]) / 6)
    assert share("rate", identity, hit) == {"rate": 3 / 6} | estimate.ends("rate")
    assert share("rate", identity[:3], hit[:3]) == {"rate": 2 / 3}


def test_every_interval_brackets_its_figure() -> None:
    v = verification(0.8)
    values, ends = figures(v, FAR), intervals(v, FAR)
    for name in ("eer", "eer_user", "auc", "frr_at_far_1pct"):
        key = f"{v.key}/{name}"
        assert ends[f"{key}_ci_low"] <= values[key] <= ends[f"{key}_ci_high"]
        assert ends[f"{key}_ci_low"] < ends[f"{key}_ci_high"]


def test_only_the_figures_that_are_asked_for_have_an_interval() -> None:
    v = verification(0.8)
    assert set(intervals(v, FAR, ["eer"])) == {f"{v.key}/eer_ci_low", f"{v.key}/eer_ci_high"}


def test_the_interval_of_the_mean_over_identities_is_that_of_their_eers() -> None:
    v = verification(0.8)
    skilled = replace(v, kind="skilled", impostor=v.impostor._replace(probe=None))
    users = np.array(list(user_eers(skilled).values()))
    expected = Estimate(float(users.mean()), users - users.mean()).ends(f"{skilled.key}/eer_user")
    assert intervals(skilled, FAR, ["eer_user"]) == pytest.approx(expected)
    of_random = list(intervals(v, FAR, ["eer_user"]).values())
    of_skilled = list(expected.values())
    assert np.ptp(of_random) > np.ptp(of_skilled)


def test_with_two_identities_there_is_no_interval() -> None:
    assert intervals(verification(0.8, identities=2), FAR) == {}
    assert (eer(verification(0.8, 2)) - eer(verification(0.6, 2))).interval() is None


def estimates(v: Verification, threshold: float) -> dict[str, Estimate]:
    ((accepted, rejected),) = v.scored.errors([threshold])
    return {
        "eer": eer(v),
        "eer_user": mean_eer(v),
        "auc": influence.of_auc(v.scored.auc(), v.accepted),
        "far": influence.of_share(*accepted),
        "frr": influence.of_share(*rejected),
        "frr_at_far": frr_at_far(v, 0.05),
    }


def skilled_writers(identities: int, rng: np.random.Generator) -> Verification:
    """Writers of 8 genuine images and 8 forgeries, whose distances have a place, a margin to the
    forgeries and a spread of their own; an image that is odd is so in all its comparisons.
    """
    pairs = np.triu_indices(8, 1)
    genuine, impostor = [], []
    for _ in range(identities):
        place, margin = rng.normal(10, 0.6), rng.normal(3.4, 1)
        spread = np.exp(rng.normal(0, 0.2))
        own, forged = 0.5 * rng.normal(size=(2, 8))
        noise = 0.7 * rng.normal(size=(8, 8))
        genuine.append(place + spread * ((own[:, None] + own + noise)[pairs]))
        noise = 0.7 * rng.normal(size=(8, 8))
        impostor.append(place + margin + spread * (own[:, None] + forged + noise).ravel())
    return Verification("skilled", 1, _scores(genuine), _scores(impostor))


def _scores(distances: list[np.ndarray]) -> Scores:
    identity = np.repeat(np.arange(len(distances)), [len(each) for each in distances])
    return Scores(np.concatenate(distances).astype(np.float32), identity.astype(np.int32))


def random_writers(identities: int, rng: np.random.Generator) -> Verification:
    """Writers of 5 images in 6 dimensions, of spreads of their own, compared with each other."""
    identity = np.repeat(np.arange(identities), 5)
    spread = np.exp(rng.normal(0, 0.25, identities))[identity, None]
    centres = 1.5 * rng.normal(size=(identities, 6))
    vectors = centres[identity] + spread * rng.normal(size=(len(identity), 6))
    compared = compare(vectors, Labels(identity, np.zeros(len(identity), bool)), Draws(1))
    return Verification("random", 1, compared.genuine, compared.random)


@pytest.mark.slow
@pytest.mark.parametrize("population", [skilled_writers, random_writers])
def test_intervals_hold_the_truth_as_often_as_they_say(
    population: Callable[[int, np.random.Generator], Verification],
) -> None:
    """95 % intervals of few writers are a little too narrow at worst: 93 % of them hold the truth
    with 72 and 55 writers, 90 % with 11. Of 300 the share is known to ± 1.5 points: 3 are allowed.
    """
    many = [population(800, np.random.default_rng(seed)) for seed in range(1000, 1004)]
    threshold = float(np.mean([v.scored.eer().threshold for v in many]))
    truths: dict[str, list[float]] = defaultdict(list)
    for v in many:
        for name, estimate in estimates(v, threshold).items():
            truths[name].append(estimate.value)
    rng = np.random.default_rng(0)
    for identities, least in ((72, 0.93), (55, 0.93), (11, 0.90)):
        hits: dict[str, list[bool]] = defaultdict(list)
        for _ in range(300):
            for name, estimate in estimates(population(identities, rng), threshold).items():
                low, high = estimate.rate_interval() or (0.0, 0.0)
                hits[name].append(low <= statistics.fmean(truths[name]) <= high)
        shares = {name: float(np.mean(hits[name])) for name in FIGURES}
        assert {name: s for name, s in shares.items() if s < least - 0.03} == {}, identities
