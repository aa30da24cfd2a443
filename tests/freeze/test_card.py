"""The model card says what was measured, and no more."""

from typing import Any

from components.freeze.card import Facts, render

MANIFEST: dict[str, Any] = {
    "versions": {"python": "3.11.7", "keras": "3.15.1"},
    "code": {"revision": None, "dirty": None},
    "normalisation": {"mode": "shape", "height": 64, "width": 112, "channels": 1},
    "thresholds": [
        {"kind": "skilled", "references": 1, "policy": "equal_error", "threshold": 0.43219, "chosen_on": "val"},
        {"kind": "random", "references": 5, "policy": "far_1pct", "threshold": 1.0, "chosen_on": "val"},
    ],
    "parity": {"parity/saved_model/max_abs_difference": 0.0, "parity/frozen_graph/max_abs_difference": 2.1e-7},
}
CATALOGUE = {"identities": 55, "genuine": 1320, "forgery": 1320}
SKILLED = {
    "verification/skilled/refs_1/eer": 0.125,
    "verification/skilled/refs_1/eer_ci_low": 0.101,
    "verification/skilled/refs_1/eer_ci_high": 0.15,
    "verification/skilled/refs_1/auc": 0.9321,
    "verification/skilled/refs_1/n_identities": 9.0,
    "identification/refs_5/accuracy": 0.75,
    "val/verification/skilled/refs_1/eer": 0.021,
    "probe/prepared/auc": 0.625,
}
RANDOM = {"verification/random/refs_5/frr_at_far_1pct": 0.2}


def test_a_figure_stands_with_its_interval_and_number_of_identities() -> None:
    card = render(Facts(CATALOGUE, SKILLED, MANIFEST))
    row = "| skilled forgeries, 1 reference(s): equal error rate | 12.5 % | 10.1 % to 15.0 % | 9 |"
    assert row in card.splitlines()
    assert "| skilled forgeries, 1 reference(s): area under the ROC | 0.932 | – | 9 |" in card.splitlines()
    assert "| identification from 5 references: accuracy | 75.0 % | – | – |" in card.splitlines()


def test_figures_of_the_validation_identities_are_not_sold_as_test_figures() -> None:
    assert "2.1 %" not in render(Facts(CATALOGUE, SKILLED, MANIFEST))


def test_thresholds_stand_with_what_they_were_chosen_for() -> None:
    card = render(Facts(CATALOGUE, SKILLED, MANIFEST)).splitlines()
    assert "| skilled forgeries | 1 | equal error rates | 0.4322 |" in card
    assert "| random forgeries | 5 | 1 % false acceptances | 1.0000 |" in card


def test_the_limits_tell_what_is_not_known() -> None:
    with_forgeries = render(Facts(CATALOGUE, {**SKILLED, **RANDOM}, MANIFEST))
    without = render(Facts({**CATALOGUE, "forgery": 0}, RANDOM, MANIFEST))
    assert "nothing is known about imitations" in without
    assert "nothing is known about imitations" not in with_forgeries
    assert "AUC of 0.625" in with_forgeries
    assert "AUC of" not in without


def test_no_placeholder_and_no_null_is_left() -> None:
    card = render(Facts(CATALOGUE, RANDOM, MANIFEST))
    assert not set("{}") & set(card)
    assert "None" not in card.replace("None.", "")
    assert "Code revision: unknown" in card
