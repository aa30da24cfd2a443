"""Block sizes, and ranges that are thinned so that all take part."""

import pytest

from components.evaluate.scoring.block_source import BlockSize, stride


def test_the_cells_of_a_block_are_its_rows_times_its_columns() -> None:
    assert BlockSize(rows=3, columns=7).cells == 21


@pytest.mark.parametrize("step", [1, 2, 3, 7])
def test_as_many_numbers_as_steps_take_every_element_once(step: int) -> None:
    values = range(10, 23)
    elements: list[int] = []
    for number in range(step):
        elements += stride(values, step, number)
    assert sorted(elements) == list(values)
    assert list(stride(values, step, step + 1)) == list(stride(values, step, 1))
