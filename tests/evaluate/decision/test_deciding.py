"""What val decides."""

import pytest

from components.evaluate.decision.deciding import decide
from components.evaluate.params import EvaluateParams
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(draws=3)


def test_the_model_for_any_scanner_stands_beside_the_thresholds() -> None:
    decisions, metrics = decide(made_up(PARAMS, 8, 7, 4), PARAMS, parts=1)
    assert decisions.chosen is decisions.any_scanner
    assert decisions.any_scanner is not None
    assert decisions.known_scanner is None
    assert {t.kind for t in decisions.thresholds} == {"skilled", "random"}
    searches = decisions.any_scanner.searches
    assert {row.gallery_size for row in searches} == {1, 3, 7}
    assert {row.references for row in searches} == {1, 5}
    for kind in ("skilled", "random"):
        name = f"val/decision/{kind}/cllr_gain"
        assert metrics[f"{name}_ci_low"] < metrics[name] < metrics[f"{name}_ci_high"]


@pytest.mark.parametrize("identities", [0, 2])
def test_too_small_a_val_has_thresholds_alone(identities: int) -> None:
    decisions, metrics = decide(made_up(PARAMS, identities, 7, 4), PARAMS, parts=1)
    assert (decisions.any_scanner, decisions.known_scanner, metrics) == (None, None, {})
    assert bool(decisions.thresholds) == bool(identities)


def test_without_the_protocol_of_deployment_there_is_no_decision_model() -> None:
    params = EvaluateParams(protocols=("literature",))
    decisions, metrics = decide(made_up(params, 8, 7, 4), params, parts=1)
    assert decisions.chosen is None
    assert metrics == {}
