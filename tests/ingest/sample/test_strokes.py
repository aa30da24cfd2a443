from dataclasses import replace

import numpy as np

from components.ingest.sample import hands, strokes
from components.ingest.sample.hands import Hand, Manner

PLAIN = Hand(slant=0, widening=1, pen=0.02, contrast=0, tension=0, rise=0, variation=0)
STILL = Manner(
    deviation=0,
    rhythm=0,
    warp=0,
    straightening=0,
    tremor=0,
    tremor_turn=3,
    hesitations=0,
    lifts=0,
    taper=0,
)
CONTROL = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 1.0], [4.0, 0.0]])


def test_bell_shaped_draws_have_mean_0_and_variance_1_and_bounds() -> None:
    draws = strokes.bell(np.random.default_rng(0), 100_000)
    assert abs(draws.mean()) < 0.02
    assert abs(draws.var() - 1) < 0.02
    assert np.abs(draws).max() <= 2 * 1.7320508


def test_a_spline_passes_through_its_control_points() -> None:
    curve = strokes._spline(CONTROL, tension=0.1)
    assert curve.shape == (3 * strokes.STEPS + 1, 2)
    np.testing.assert_allclose(curve[:: strokes.STEPS], CONTROL, atol=1e-12)


def test_at_full_tension_a_spline_is_the_straight_lines() -> None:
    curve = strokes._spline(CONTROL, tension=0.5)[: strokes.STEPS]
    np.testing.assert_allclose(curve[:, 1], 2 * curve[:, 0], atol=1e-12)


def test_a_writing_is_as_long_as_the_signature_and_follows_its_model() -> None:
    (stroke,) = strokes.write([CONTROL], PLAIN, STILL, np.random.default_rng(0))
    assert stroke.points[:, 0].max() == 1
    np.testing.assert_allclose(stroke.points[0], [0, 0], atol=1e-12)
    assert (stroke.width == PLAIN.pen).all()


def test_a_hand_that_straightens_to_the_full_writes_straight_lines() -> None:
    manner = replace(STILL, straightening=9.0)
    (stroke,) = strokes.write([CONTROL], PLAIN, manner, np.random.default_rng(0))
    x, y = stroke.points[: strokes.STEPS].T
    np.testing.assert_allclose(x * y[-1], y * x[-1], atol=1e-12)


def test_another_rhythm_changes_widths_and_heights_and_no_letter_s_place_in_the_line() -> None:
    rng = np.random.default_rng(0)
    model = strokes.draw_model(rng)
    (same, *_) = strokes._draw_rhythm(model, 0.0, rng)
    np.testing.assert_allclose(same, model[0], atol=1e-12)
    for _ in range(20):
        for before, after in zip(model, strokes._draw_rhythm(model, 0.2, rng), strict=True):
            assert after.shape == before.shape
            order = np.argsort(before[:, 0], kind="stable")
            assert (np.diff(after[order, 0]) >= 0).all()
            assert (np.sign(after[:, 1]) == np.sign(before[:, 1])).all()
            assert not np.allclose(after, before, atol=0.01)


def test_the_slower_the_tremor_the_longer_it_keeps_its_direction() -> None:
    for turn in (3, 6):
        line = strokes._draw_tremor(np.random.default_rng(0), 61, turn)
        bends = np.flatnonzero(np.abs(np.diff(line, 2, axis=0)).max(axis=1) > 1e-9) + 1
        assert line.shape == (61, 2)
        assert (bends % turn == 0).all()


def test_each_lift_divides_a_stroke_and_each_rest_adds_a_blob() -> None:
    lifted = replace(STILL, hesitations=3, lifts=1)
    for seed in range(10):
        writing = strokes.write([CONTROL], PLAIN, lifted, np.random.default_rng(seed))
        assert [len(stroke.points) for stroke in writing[-3:]] == [2, 2, 2]
        assert 4 <= len(writing) <= 5


def test_a_model_is_a_few_strokes_from_left_to_right() -> None:
    for seed in range(20):
        model = strokes.draw_model(np.random.default_rng(seed))
        assert 2 <= len(model) <= 12
        for control in model:
            assert control.ndim == 2 and control.shape[1] == 2 and len(control) >= 2
        writing = strokes.write(
            model,
            hands.draw_hand(np.random.default_rng(seed)),
            STILL,
            np.random.default_rng(seed),
        )
        assert all(np.isfinite(stroke.points).all() for stroke in writing)
