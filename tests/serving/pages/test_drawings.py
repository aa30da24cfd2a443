import pytest

from serving.api.answers import Bounds
from serving.pages import drawings


def test_the_scale_holds_evidence_limits_and_zero_in_their_order() -> None:
    scale = drawings.scale(2.0, Bounds(low=-1.0, high=1.5))
    assert 0 < scale.low < scale.zero < scale.high < scale.marker < scale.width
    assert scale.zero == scale.width / 2


@pytest.mark.parametrize("evidence", [-40.0, 0.0, 40.0])
def test_no_evidence_leaves_the_drawing(evidence: float) -> None:
    assert 0 < drawings.scale(evidence, Bounds(low=0.0, high=0.0)).marker < drawings.WIDTH


def test_bars_are_shares_of_the_longest() -> None:
    assert drawings.bars([0.5, 1.0]) == [50.0, 100.0]
    assert drawings.bars([0.5, 1.0], mark=2.0) == [25.0, 50.0]
    assert drawings.bars([0.0]) == [0.0]
    assert drawings.bars([]) == []
