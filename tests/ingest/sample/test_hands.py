from dataclasses import astuple

import numpy as np
import pytest

from components.ingest.sample import hands
from components.ingest.sample.hands import Hand

OWN = Hand(slant=0.4, widening=1.0, pen=0.03, contrast=0.2, tension=0.1, rise=0.0, variation=1.5)
TARGET = Hand(slant=0.0, widening=1.4, pen=0.01, contrast=0.4, tension=0.2, rise=0.1, variation=0.5)


def test_a_forger_keeps_a_share_of_the_own_habits_and_takes_a_pen_like_the_original_s() -> None:
    mixed = hands.mix_hands(OWN, TARGET, share=0.25)
    expected = Hand(
        slant=0.1, widening=1.3, pen=0.012, contrast=0.35, tension=0.175, rise=0.075, variation=1.5
    )
    assert astuple(mixed) == pytest.approx(astuple(expected))


def test_one_who_copies_deviates_more_and_trembles_more_than_one_who_writes() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        fluent, copying = hands.draw_fluent(TARGET, rng), hands.draw_copying(rng)
        assert copying.deviation > fluent.deviation and copying.warp > fluent.warp
        assert copying.rhythm > fluent.rhythm and copying.straightening > fluent.straightening
        assert copying.tremor > 10 * fluent.tremor and copying.tremor_turn > fluent.tremor_turn
        assert fluent.lifts == 0 and copying.hesitations >= 1


def test_habits_lie_in_their_ranges() -> None:
    rng = np.random.default_rng(0)
    habits = np.array([astuple(hands.draw_hand(rng)) for _ in range(200)])
    low = [-0.15, 0.8, 0.006, 0.15, 0, -0.06, 0.4]
    high = [0.55, 1.3, 0.04, 0.5, 0.25, 0.1, 2.4]
    assert (habits >= low).all() and (habits <= high).all()
    assert (np.ptp(habits, axis=0) > 0.8 * np.subtract(high, low)).all()
