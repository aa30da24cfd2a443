"""The rules that both forms of the normalisation read."""

import pytest

from components.shared.data import normalisation_rules as rules


@pytest.mark.parametrize(("size", "margin"), [((16, 16), 1), ((32, 64), 1), ((112, 192), 3)])
def test_the_margin_is_a_part_of_the_shorter_side(size: tuple[int, int], margin: int) -> None:
    assert rules.margin(*size) == margin


def test_a_side_is_exact_in_float32_and_counted_by_16_bits() -> None:
    assert rules.PAPER * rules.MAX_SIDE < 2**24
    assert rules.MAX_SIDE < 2**16


def test_grey_is_the_weighted_mean_of_the_colours() -> None:
    assert rules.RED + rules.GREEN + rules.BLUE == 2**16
