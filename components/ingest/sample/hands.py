"""Writers' habits, and the manner of single writings: of one's own signature, or of a copy."""

from dataclasses import dataclass, replace

import numpy as np

PEN_SHARE = 0.1


@dataclass(frozen=True)
class Hand:
    """The habits of a writer.

    Attributes:
        slant: to the right, per x-height.
        widening: of the letters.
        pen: width of the line, in lengths of the signature.
        contrast: share of the width that is lost where the pen rises.
        tension: of the curves, 0 (round) to 0.5 (straight).
        rise: of the whole line, per length.
        variation: between writings (1 = usual).
    """

    slant: float
    widening: float
    pen: float
    contrast: float
    tension: float
    rise: float
    variation: float


@dataclass(frozen=True)
class Manner:
    """The manner of one writing: deviations from the model, and the marks of a slow, copying hand.

    Attributes:
        deviation: of the control points, in x-heights.
        rhythm: of the letters' widths and heights, deviations as a fraction of each.
        warp: of the whole line.
        straightening: of the curves, added to the hand's tension.
        tremor: in lengths of the signature; 0: none.
        tremor_turn: samples of the line between two turns of the tremor.
        hesitations: number of blobs of ink where the pen rested.
        lifts: number of times that the pen leaves the paper in each stroke.
        taper: share of the width that is lost at the ends of a stroke.
    """

    deviation: float
    rhythm: float
    warp: float
    straightening: float
    tremor: float
    tremor_turn: int
    hesitations: int
    lifts: int
    taper: float


def draw_hand(rng: np.random.Generator) -> Hand:
    """Draws a writer's habits."""
    slant, widening, pen, contrast, tension, rise, variation = rng.random(7)
    return Hand(
        slant=-0.15 + 0.7 * slant,
        widening=0.8 + 0.5 * widening,
        pen=0.006 + 0.034 * pen,
        contrast=0.15 + 0.35 * contrast,
        tension=0.25 * tension,
        rise=-0.06 + 0.16 * rise,
        variation=0.4 + 2.0 * variation * variation,
    )


def mix_hands(own: Hand, target: Hand, share: float) -> Hand:
    """Returns the hand of a forger.

    Args:
        own: the forger's habits.
        target: the habits that are imitated.
        share: of the own habits that stays: with 0.25, slants of 0.4 and 0.0 give 0.1. Of the own
            pen `PEN_SHARE` stays: a forger takes a pen like the one of the original.
    """
    habits = {
        name: share * getattr(own, name) + (1 - share) * getattr(target, name)
        for name in ("slant", "widening", "contrast", "tension", "rise")
    }
    pen = PEN_SHARE * own.pen + (1 - PEN_SHARE) * target.pen
    return replace(own, pen=pen, **habits)


def draw_fluent(hand: Hand, rng: np.random.Generator) -> Manner:
    """Draws the manner of one who writes the own signature."""
    return Manner(
        deviation=hand.variation * (0.06 + 0.03 * rng.random()),
        rhythm=0.0,
        warp=hand.variation * (0.028 + 0.028 * rng.random()),
        straightening=0.0,
        tremor=0.0012 * rng.random(),
        tremor_turn=3,
        hesitations=int(rng.integers(0, 2)),
        lifts=0,
        taper=0.3 + 0.5 * rng.random(),
    )


def draw_copying(rng: np.random.Generator) -> Manner:
    """Draws the manner of one who slowly copies another's signature."""
    return Manner(
        deviation=0.12 + 0.08 * rng.random(),
        rhythm=0.05 + 0.1 * rng.random(),
        warp=0.06 + 0.05 * rng.random(),
        straightening=0.1 + 0.2 * rng.random(),
        tremor=0.028 + 0.012 * rng.random(),
        tremor_turn=6,
        hesitations=int(rng.integers(1, 4)),
        lifts=int(rng.integers(0, 2)),
        taper=0.2 + 0.2 * rng.random(),
    )
