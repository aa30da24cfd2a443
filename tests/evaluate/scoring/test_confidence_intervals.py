"""Intervals of figures and of paired differences against slow loops."""

import numpy as np
import pytest

from components.evaluate.scoring.confidence_intervals import intervals, paired, share
from components.evaluate.scoring.verification import Verification, figures, user_eers
from components.shared.verification import error_rates
from components.shared.verification.comparisons import Scores, compare
from components.shared.verification.resampling import draw_weights
from components.shared.verification.sampling import Bootstrap, Draws, Labels

FAR = 0.01
BOOTSTRAP = Bootstrap(60)


def verification(quality: float, identities: int = 9, seed: int = 0) -> Verification:
    rng = np.random.default_rng(seed)
    identity = np.repeat(np.arange(identities), 8)
    vectors = rng.normal(size=(identities, 6))[identity] * quality + rng.normal(
        size=(len(identity), 6)
    )
    forged = np.tile(np.arange(8) >= 5, identities)
    scores = compare(vectors, Labels(identity, forged), Draws(1))
    return Verification("random", 1, scores.genuine, scores.random)


def repeated(side: Scores, weights: np.ndarray) -> np.ndarray:
    """The distances of a resample, each identity's as often as it was drawn."""
    return np.repeat(side.distance, weights[side.identity].astype(int))


def eer_of_resample(v: Verification, weights: np.ndarray) -> float:
    return error_rates.eer(repeated(v.genuine, weights), repeated(v.impostor, weights)).rate


def test_the_eers_of_two_embedders_are_those_of_a_loop_over_the_same_resamples() -> None:
    ours, theirs = verification(1.0), verification(0.6)
    weights = draw_weights(9, BOOTSTRAP.resamplings, BOOTSTRAP.seed)
    resampled = paired(ours, theirs, BOOTSTRAP)
    assert resampled is not None
    for v, eers in zip((ours, theirs), resampled, strict=True):
        np.testing.assert_allclose(eers, [eer_of_resample(v, w) for w in weights], atol=1e-12)


def test_a_share_is_resampled_with_all_events_of_an_identity() -> None:
    identity = np.array([0, 0, 0, 4, 7, 7])  # identities need not be numbered without gaps
    hit = np.array([True, True, False, True, False, False])
    rates = share("rate", identity, hit, BOOTSTRAP)
    assert rates["rate"] == 3 / 6
    loop = []
    for weights in draw_weights(3, BOOTSTRAP.resamplings, BOOTSTRAP.seed):
        names = np.repeat([0, 1, 2], weights.astype(int))
        loop.append(np.take([2, 1, 0], names).sum() / np.take([3, 1, 2], names).sum())
    assert rates["rate_ci_low"] == pytest.approx(np.percentile(loop, 2.5))
    assert rates["rate_ci_high"] == pytest.approx(np.percentile(loop, 97.5))
    assert share("rate", identity[:3], hit[:3], BOOTSTRAP) == {"rate": 2 / 3}


def test_every_interval_brackets_its_figure() -> None:
    v = verification(0.8)
    values, ends = figures(v, FAR), intervals(v, FAR, BOOTSTRAP)
    for name in ("eer", "eer_user", "auc", "frr_at_far_1pct"):
        key = f"{v.key}/{name}"
        assert ends[f"{key}_ci_low"] <= values[key] <= ends[f"{key}_ci_high"]
        assert ends[f"{key}_ci_low"] < ends[f"{key}_ci_high"]


def test_the_interval_of_the_mean_over_identities_resamples_their_eers() -> None:
    v = verification(0.8)
    users = np.array(list(user_eers(v).values()))
    weights = draw_weights(9, BOOTSTRAP.resamplings, BOOTSTRAP.seed)
    low, high = np.percentile(weights @ users / 9, (2.5, 97.5))
    ends = intervals(v, FAR, BOOTSTRAP)
    assert ends[f"{v.key}/eer_user_ci_low"] == pytest.approx(low)
    assert ends[f"{v.key}/eer_user_ci_high"] == pytest.approx(high)


def test_without_resamplings_or_with_one_identity_there_is_no_interval() -> None:
    v = verification(0.8)
    assert intervals(v, FAR, Bootstrap(0)) == {}
    assert paired(v, v, Bootstrap(0)) is None
    alone = Scores(v.genuine.distance[:4], np.zeros(4, np.int32))
    assert intervals(Verification("skilled", 1, alone, alone), FAR, BOOTSTRAP) == {}
