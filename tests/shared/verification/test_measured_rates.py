"""The rates of a decision's policies, selected, written, read and looked up."""

from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from components.shared.verification import measured_rates
from components.shared.verification.decision import Decision, Policy
from components.shared.verification.decision_limits import Limits
from components.shared.verification.evidence_bounds import Bounds
from components.shared.verification.evidence_model import EvidenceModel
from components.shared.verification.measured_rates import MeasuredRates, Rate, lookup, select

POLICIES = [
    Policy(kind, references, policy, Limits.single(0.0), 5, 50, 0.1)
    for kind in ("skilled", "random")
    for references in (1, 2, 3)
    for policy in ("equal_error", "review")
]
DECISION = Decision({"skilled": EvidenceModel({}, Bounds(-1, 1))}, 3, 1, POLICIES)
GROUP = "decision/skilled/refs_2"
METRICS = {
    f"{GROUP}/far_at_threshold": 0.1,
    f"{GROUP}/far_at_threshold_ci_low": 0.05,
    f"{GROUP}/far_at_threshold_ci_high": 0.2,
    f"{GROUP}/frr_at_threshold": 0.3,
    f"{GROUP}/policy/review/far": 0.01,
    f"{GROUP}/policy/review/frr": 0.02,
    f"{GROUP}/policy/review/genuine_reviewed": 0.4,
    f"{GROUP}/policy/review/genuine_reviewed_ci_low": 0.35,
    f"{GROUP}/policy/review/genuine_reviewed_ci_high": 0.45,
    f"{GROUP}/policy/review/impostors_reviewed": 0.5,
    f"{GROUP}/n_identities": 7.0,
    f"{GROUP}/n_pairs": 70.0,
    "decision/random/refs_2/eer": 0.5,
}
EQUAL_ERROR = MeasuredRates(
    "skilled", 2, "equal_error", Rate(0.1, 0.05, 0.2), Rate(0.3), Rate(0.0), Rate(0.0), 7, 70
)
REVIEW = MeasuredRates(
    "skilled", 2, "review", Rate(0.01), Rate(0.02), Rate(0.4, 0.35, 0.45), Rate(0.5), 7, 70
)


def test_the_rates_of_all_policies_that_test_measured_are_selected() -> None:
    assert select(METRICS, DECISION, "equal_error") == [EQUAL_ERROR, REVIEW]
    assert select(METRICS, None, "equal_error") == []
    assert select({}, DECISION, "equal_error") == []


def test_rates_are_read_as_they_were_written(tmp_path: Path) -> None:
    measured_rates.write([EQUAL_ERROR, REVIEW], tmp_path)
    assert measured_rates.read(tmp_path) == [EQUAL_ERROR, REVIEW]


@pytest.mark.parametrize("text", ["", "[1]", '[{"kind": "skilled"}]', "[null]"])
def test_a_damaged_file_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "rates.json").write_text(text)
    with pytest.raises(InputError, match=r"rates\.json: not what freeze writes"):
        measured_rates.read(tmp_path)


def test_the_rates_are_those_of_the_most_references_that_a_claim_reaches() -> None:
    rows = [EQUAL_ERROR._replace(references=count) for count in (5, 1, 3)]
    found = [lookup(rows, "skilled", count, "equal_error") for count in range(8)]
    assert [row and row.references for row in found] == [None, 1, 1, 3, 3, 5, 5, 5]
    assert lookup(rows, "random", 3, "equal_error") is None
    assert lookup(rows, "skilled", 3, "review") is None
