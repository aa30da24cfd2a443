"""Losses as arguments, and their rates side by side."""

import argparse
import itertools
import re

import numpy as np
import pytest

from benchmarks import loss_choice
from benchmarks.loss_choice import Loss
from components.shared.verification.comparisons import Comparisons, Scores
from components.train.params import TrainParams

NOBODY = Scores(np.zeros(0, np.float32), np.zeros(0, np.int32))


def test_a_loss_takes_the_place_of_that_of_the_settings_and_nothing_else() -> None:
    params = TrainParams(steps=7, mining="all", margin=0.3)
    assert loss_choice.read("hard:soft").of(params) == TrainParams(
        steps=7, mining="hard", margin="soft"
    )
    assert str(Loss("semi-hard", 0.5)) == "semi-hard:0.5"


@pytest.mark.parametrize("text", ["mild:0.5", "hard", "hard:", "hard:wide", "hard:soft:0.5", ""])
def test_what_is_no_loss_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="write MINING:MARGIN, as in hard:soft"):
        loss_choice.read(text)


def test_rates_and_their_differences_from_the_first_loss_are_told() -> None:
    """Of 40 identities 10 have a pair that the left loss gets wrong, and 20 with the right one."""
    text = loss_choice.lines({"left": [_compare(10)], "right": [_compare(20)]})
    assert text[0] == "skilled, 40 identities, 80 comparisons: EER in %"
    assert re.match(r"left +25\.0 \(\d+\.\d–\d+\.\d\)$", text[1])
    assert re.match(r"right +50\.0 \(.*\) +minus left: \+25\.0 \(\+\d.* to \+\d.*\)$", text[2])
    assert len(text) == 3, "there are no random comparisons"


def test_a_loss_that_changes_nothing_differs_by_nothing() -> None:
    text = loss_choice.lines({"left": [_compare(10)], "right": [_compare(10)]})
    assert text[2].endswith("minus left: +0.0 (+0.0 to +0.0)")


def test_a_difference_is_paired() -> None:
    """Errors of the same identities are told apart better than as many of others."""
    widths = []
    for shift in (0, 10):
        text = loss_choice.lines({"left": [_compare(10)], "right": [_compare(12, shift)]})
        low, high = map(float, re.findall(r"[+-]\d+\.\d", text[2])[1:])
        widths.append(high - low)
    assert all(narrow < wide for narrow, wide in itertools.pairwise(widths))


def _compare(wrong: int, shift: int = 0) -> Comparisons:
    """A genuine and a skilled comparison of each of 40 identities: at 0 and 1, but at 1 and 0 of
    some.
    """
    identity = np.arange(40, dtype=np.int32)
    swapped = ((identity - shift) % 40 < wrong).astype(np.float32)
    genuine, skilled = Scores(swapped, identity), Scores(1 - swapped, identity)
    return Comparisons(genuine, skilled, NOBODY, 40)
