"""Signatures as strokes: an identity's model, its hand, and single writings of the model.

Lengths are in x-heights, y upward. Only additions, products and uniform draws are used, no
transcendental function, so that the same seed gives the same drawing on every machine.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from components.ingest.sample.hands import Hand, Manner

Points = NDArray[np.float64]
STEPS = 10  # samples between two control points
STRAIGHT = 0.5  # the tension at which a curve is straight lines

# Letter-like movements of the pen, as control points within a box of width 1 and x-height 1.
MOVEMENTS: tuple[tuple[tuple[float, float], ...], ...] = (
    ((0, 0), (0.15, 0.8), (0.5, 1), (0.8, 0.6), (1, 0)),
    ((0, 1), (0.1, 0.2), (0.5, 0), (0.9, 0.3), (1, 1)),
    ((0, 0.3), (0.6, 0.6), (0.5, 1), (0.1, 0.8), (0.2, 0.1), (1, 0.1)),
    ((0, 0), (0.7, 1.4), (0.6, 2.2), (0.3, 1.8), (0.35, 0.2), (1, 0)),
    (
        (0.8, 0.9),
        (0.2, 0.9),
        (0.1, 0.2),
        (0.7, 0.3),
        (0.8, -0.9),
        (0.3, -1.3),
        (0.2, -0.7),
        (1, 0.2),
    ),
    ((0, 0), (0.4, 1), (0.5, 0.1), (1, 0)),
    ((0.6, 1), (0.1, 0.7), (0.2, 0.05), (0.8, 0.2), (0.8, 0.9), (0.5, 0.9), (1, 0.7)),
    ((0, 0), (0.3, 0.9), (0.35, 0.1), (0.6, 0.9), (0.65, 0.1), (1, 0)),
)


@dataclass(frozen=True)
class Stroke:
    """A drawn line: points [n, 2] and the pen's width at each [n], in the same unit."""

    points: Points
    width: Points


def bell(rng: np.random.Generator, *shape: int) -> Points:
    """Draws numbers of mean 0 and variance 1 as sums of four uniforms, exact on every machine."""
    draws = rng.random((4, *shape))
    return np.asarray((draws[0] + draws[1] + draws[2] + draws[3] - 2.0) * 1.7320508)


def draw_model(rng: np.random.Generator) -> list[Points]:
    """Draws the model of a signature: control points [n, 2] of each stroke."""
    strokes = [_draw_capital(rng)]
    x = float(strokes[0][:, 0].max()) * 0.8
    word = [np.array([[x, 0.2]])]
    for _ in range(int(rng.integers(4, 9))):
        if rng.random() < 0.15 and len(word) > 1:
            strokes.append(np.concatenate(word))
            word = []
        letter = np.array(MOVEMENTS[int(rng.integers(len(MOVEMENTS)))])
        size = 0.45 + 0.5 * rng.random(), 0.6 + 0.6 * rng.random()
        letter = letter * size + 0.14 * bell(rng, *letter.shape)
        word.append(letter + np.array([x, 0.0]))
        x += size[0]
    strokes.append(np.concatenate(word))
    if rng.random() < 0.6:
        strokes.append(_draw_flourish(rng, x))
    return strokes


def write(
    model: list[Points], hand: Hand, manner: Manner, rng: np.random.Generator
) -> list[Stroke]:
    """Writes a model once: strokes in lengths of the signature (x from 0 to about 1)."""
    length = max(float(stroke[:, 0].max()) for stroke in model) * hand.widening
    bends = bell(rng, 2, 4) * manner.warp
    tilt = hand.slant + 0.05 * float(bell(rng)), hand.rise + 0.02 * float(bell(rng))
    writing: list[Stroke] = []
    tension = min(hand.tension + manner.straightening, STRAIGHT)
    for control in _draw_rhythm(model, manner.rhythm, rng) if manner.rhythm else model:
        moved = control + manner.deviation * bell(rng, *control.shape)
        line = _place(_spline(moved, tension), hand.widening, tilt, bends, length)
        line = line + manner.tremor * _draw_tremor(rng, len(line), manner.tremor_turn)
        writing += _ink(line, hand, manner, rng)
    return _add_blobs(writing, manner.hesitations, rng)


def _draw_capital(rng: np.random.Generator) -> Points:
    """Draws a large first letter: a walk that visits the corners of a tall box in any order."""
    corners = np.array([(0, 0), (0.1, 2.1), (0.6, 1.2), (1.2, 2.0), (1.1, 0.2), (0.4, 0.9)])
    order = rng.permutation(len(corners))[: int(rng.integers(4, 7))]
    walk: Points = corners[order] * (0.8 + 0.6 * rng.random()) + 0.2 * bell(rng, len(order), 2)
    return walk


def _draw_flourish(rng: np.random.Generator, length: float) -> Points:
    """Draws a line under or through the name."""
    level = -0.9 + 1.4 * rng.random()
    start, end = length * 0.35 * rng.random(), length * (0.8 + 0.3 * rng.random())
    xs = np.array([start, 0.5 * (start + end), end])
    return np.stack([xs, level + 0.35 * bell(rng, 3)], axis=1)


def _spline(control: Points, tension: float) -> Points:
    """Samples a cardinal spline through control points [k, 2], STEPS between two: [n, 2]."""
    padded = np.concatenate([control[:1], control, control[-1:]])
    before, start, end, after = (
        padded[:-3, None],
        padded[1:-2, None],
        padded[2:-1, None],
        padded[3:, None],
    )
    t = (np.arange(STEPS) / STEPS)[None, :, None]
    leave, arrive = (0.5 - tension) * (end - before), (0.5 - tension) * (after - start)
    cubic, square = t * t * t, t * t
    curve = (2 * cubic - 3 * square + 1) * start + (cubic - 2 * square + t) * leave
    curve = curve + (3 * square - 2 * cubic) * end + (cubic - square) * arrive
    return np.concatenate([curve.reshape(-1, 2), control[-1:]])


def _place(
    line: Points, widening: float, tilt: tuple[float, float], bends: Points, length: float
) -> Points:
    """Applies the hand's proportions, a smooth drift along the line, slant and rise; lengths become
    relative.
    """
    x, y = line[:, 0] * widening / length, line[:, 1] / length
    along, up = np.clip(bends[:, 0], -0.2, 0.2), np.clip(3 * bends[:, 2], -0.4, 0.4)
    drift = [
        along[i] * x + bends[i, 1] * x * x + up[i] * y + bends[i, 3] * x * (1 - x) for i in range(2)
    ]
    x, y = x + drift[0], y + drift[1]
    return np.stack([x + tilt[0] * y, y + tilt[1] * x], axis=1)


def _draw_rhythm(model: list[Points], deviation: float, rng: np.random.Generator) -> list[Points]:
    """Returns the model with letters wider or narrower, higher or lower than they are.

    At about every x-height of the line a factor of the widths and one of the heights are drawn;
    between, they change in straight lines.
    """
    ends = np.concatenate(model)[:, 0]
    knots = np.arange(float(ends.min()), float(ends.max()) + 1.0)
    widths, heights = 1 + deviation * bell(rng, 2, len(knots))
    places = knots[0] + np.concatenate([[0.0], np.cumsum(widths[1:])])
    return [
        np.stack(
            [
                np.interp(control[:, 0], knots, places),
                control[:, 1] * np.interp(control[:, 0], knots, heights),
            ],
            axis=1,
        )
        for control in model
    ]


def _draw_tremor(rng: np.random.Generator, count: int, turn: int) -> Points:
    """Draws a piecewise linear zigzag [count, 2] with a new direction every `turn` samples."""
    knots = np.arange(0, count + turn, turn)
    turns = bell(rng, 2, len(knots))
    at = np.arange(count)
    return np.stack([np.interp(at, knots, turns[0]), np.interp(at, knots, turns[1])], axis=1)


def _ink(line: Points, hand: Hand, manner: Manner, rng: np.random.Generator) -> list[Stroke]:
    """Gives a line its width (thin where the pen rises or runs out) and lifts the pen where the
    hand stops.
    """
    rising = np.diff(line[:, 1], append=line[-1:, 1]) > 0
    width = hand.pen * (1 - hand.contrast * rising)
    ends = np.minimum(np.arange(len(line)), np.arange(len(line))[::-1]) / (1.5 * STEPS)
    width = width * (1 - manner.taper * (1 - np.minimum(ends, 1)))
    cuts = sorted(int(cut) for cut in rng.integers(0, len(line), manner.lifts))
    starts, stops = [0, *(cut + 2 for cut in cuts)], [*cuts, len(line)]
    return [Stroke(line[a:b], width[a:b]) for a, b in zip(starts, stops, strict=True) if b - a > 1]


def _add_blobs(strokes: list[Stroke], count: int, rng: np.random.Generator) -> list[Stroke]:
    """Adds blobs of ink where the pen rested."""
    rests = []
    for _ in range(count):
        stroke = strokes[int(rng.integers(len(strokes)))]
        at = int(rng.integers(len(stroke.points) - 1))
        rests.append(
            Stroke(
                stroke.points[at : at + 2], stroke.width[at : at + 2] * (1.6 + 0.8 * rng.random())
            )
        )
    return strokes + rests
