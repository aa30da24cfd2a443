"""The worked examples in the docstrings of scoring and of the measures below it."""

import doctest
from types import ModuleType

import pytest

from components.evaluate.decision import policies
from components.evaluate.scoring import (
    block_source,
    claim_blocks,
    operating_points,
    pair_blocks,
    roc_bands,
)
from components.shared.verification import (
    decision_limits,
    error_rates,
    evidence_bounds,
    influence,
    likelihood_ratio,
    pooled_ratios,
    scored_comparisons,
    shortcut_probe,
    verbal_scale,
)

MODULES = (
    block_source,
    claim_blocks,
    decision_limits,
    error_rates,
    evidence_bounds,
    influence,
    likelihood_ratio,
    operating_points,
    pair_blocks,
    policies,
    pooled_ratios,
    roc_bands,
    scored_comparisons,
    shortcut_probe,
    verbal_scale,
)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.split(".")[-1])
def test_the_examples_say_what_the_code_does(module: ModuleType) -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0
