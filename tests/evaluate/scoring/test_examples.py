"""The worked examples in the docstrings of scoring."""

import doctest
from types import ModuleType

import pytest

from components.evaluate.scoring import (
    block_source,
    claim_blocks,
    operating_points,
    pair_blocks,
    roc_bands,
    scored_comparisons,
)
from components.shared.verification import error_rates, influence, shortcut_probe

MODULES = (
    block_source,
    claim_blocks,
    error_rates,
    influence,
    operating_points,
    pair_blocks,
    roc_bands,
    scored_comparisons,
    shortcut_probe,
)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.split(".")[-1])
def test_the_examples_say_what_the_code_does(module: ModuleType) -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0
