"""The bits that a picture uses of samples of 16."""

import numpy as np
import pytest

from components.shared.data.sample_bits import bits_used, upper_bits


@pytest.mark.parametrize(
    ("largest", "declared", "bits"),
    [
        (0, None, 8),
        (255, None, 8),
        (256, None, 10),
        (1023, None, 10),
        (1024, None, 12),
        (4095, None, 12),
        (4096, None, 16),
        (65_535, None, 16),
        (900, 12, 12),
        (900, 14, 14),
        (900, 16, 16),
        (900, 32, 16),
        (900, 9, 10),  # the samples do not fit in what the file declares
        (5000, 14, 16),  # legible in the upper 8 of 16 bits
    ],
)
def test_a_picture_uses_the_bits_that_its_file_or_its_samples_name(
    largest: int, declared: int | None, bits: int
) -> None:
    assert bits_used(np.array([[0, largest]], np.uint16), declared) == bits


@pytest.mark.parametrize(
    ("bits", "samples", "levels"),
    [
        (8, [0, 77, 255], [0, 77, 255]),
        (10, [3, 4, 1023], [0, 1, 255]),
        (12, [15, 16, 4095], [0, 1, 255]),
        (16, [-5, 255, 256, 65_535, 70_000], [0, 0, 1, 255, 255]),
    ],
)
def test_the_upper_8_of_its_bits_are_its_levels(
    bits: int, samples: list[int], levels: list[int]
) -> None:
    assert upper_bits(np.array(samples, np.int32), bits).tolist() == levels
