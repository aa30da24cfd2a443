"""Statistics of drawn images whose values can be counted."""

import numpy as np
import pytest

from components.evaluate.audit.image_statistics import describe, statistics


def bar(ink: int = 50, paper: int = 250) -> np.ndarray:
    """A bar of 4 × 10 pixels on a page of 20 × 40."""
    page = np.full((20, 40), paper, np.uint8)
    page[6:10, 15:25] = ink
    return page


def test_tones_strokes_and_box_of_a_bar_are_those_that_were_drawn() -> None:
    values = statistics(bar())
    assert values["background"] == values["paper_tone"] == 250
    assert values["ink_tone"] == 50
    assert values["paper_spread"] == values["ink_spread"] == values["half_tones"] == 0
    assert (values["box_height"], values["box_width"], values["ink_density"], values["pieces"]) == (
        4,
        10,
        1,
        1,
    )
    assert values["box_aspect"] == pytest.approx(np.log(2.5))
    assert values["stroke_width"] == pytest.approx(2 * 40 / 24)


def test_greys_at_the_rim_are_half_tones_and_a_softer_edge() -> None:
    soft = bar()
    soft[5, 15:25] = soft[10, 15:25] = 150
    hard, softer = statistics(bar()), statistics(soft)
    assert softer["half_tones"] > 0.25
    assert softer["edge_strength"] < hard["edge_strength"]


def test_two_strokes_are_two_pieces_with_paper_between_them() -> None:
    page = bar()
    page[14:18, 15:25] = 50
    values = statistics(page)
    assert (values["pieces"], values["box_height"]) == (2, 12)
    assert values["ink_density"] == pytest.approx(2 / 3)
    assert values["stroke_width"] == statistics(bar())["stroke_width"]


@pytest.mark.parametrize("shape", [(16, 24, 1), (24, 16, 3)])
def test_images_of_any_kind_have_finite_statistics_row_by_row(shape: tuple[int, int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, *shape)).astype(np.uint8)
    noise[1:3] = np.array([0, 255], np.uint8)[:, None, None, None]
    values = describe(noise, np.array([3, 1, 2]))
    assert np.isfinite(values.to_numpy()).all()
    assert len(values) == 3
    assert values["background"].tolist()[1:] == [0, 255]
    if shape[-1] == 1:
        assert values.iloc[0].to_dict() == statistics(np.ascontiguousarray(noise[3, ..., 0]))
