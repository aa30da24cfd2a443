"""decision.json, and the files of earlier versions."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from components.shared.runtime.errors import InputError
from components.shared.verification import decision_file, threshold
from components.shared.verification.claim_features import describe
from components.shared.verification.decision import Decision, Policy, Usual
from components.shared.verification.decision_file import Decisions
from components.shared.verification.decision_limits import Limits
from components.shared.verification.evidence_bounds import Bounds
from components.shared.verification.evidence_model import FULL, Change, EvidenceModel, Shift, shift
from components.shared.verification.identification_policy import SearchPolicy
from components.shared.verification.threshold import Threshold

DECISION = Decision(
    models={"skilled": EvidenceModel({"constant": 0.1, "centre": -7.5}, Bounds(-3.5, 3.25))},
    most_references=7,
    parts=4,
    policies=[Policy("skilled", 5, "review", Limits(-1.5, 0.75), 8, 192, 3 / 192)],
    usual=[Usual("skilled", 5, 2.5, 1.25, 0.25)],
)
SEARCHING = replace(DECISION, searches=[SearchPolicy(5, 10, "review", Limits(1.5, 3.25), 8, 56)])
THRESHOLDS = [Threshold("skilled", 1, "equal_error", 0.8, n_identities=8)]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    for decisions in (
        Decisions(DECISION, DECISION, THRESHOLDS),
        Decisions(SEARCHING, SEARCHING, THRESHOLDS),
        Decisions(DECISION, None, THRESHOLDS, {"people": 20}),
        Decisions(thresholds=THRESHOLDS),
    ):
        decision_file.write(decisions, tmp_path)
        assert decision_file.read(tmp_path) == decisions


def test_a_decision_without_limits_of_searches_is_written_as_before(tmp_path: Path) -> None:
    decision_file.write(Decisions(DECISION), tmp_path)
    content = json.loads((tmp_path / "decision.json").read_text())
    assert "identification" not in content["any_scanner"]
    decision_file.write(Decisions(SEARCHING), tmp_path)
    content = json.loads((tmp_path / "decision.json").read_text())
    assert content["any_scanner"].pop("identification") == [
        {
            "references": 5,
            "gallery_size": 10,
            "policy": "review",
            "limits": {"low": 1.5, "high": 3.25},
            "n_identities": 8,
            "n_probes": 56,
        }
    ]
    (tmp_path / "decision.json").write_text(json.dumps(content))
    assert decision_file.read(tmp_path).any_scanner == DECISION


def test_a_calibration_makes_the_scanner_a_known_one() -> None:
    known = DECISION.changed({"skilled": Change(offset=0.3)})
    assert Decisions(DECISION, known).chosen is DECISION
    assert Decisions(DECISION, known, calibration={"people": 20}).chosen is known
    assert Decisions().chosen is None


def test_threshold_json_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    threshold.write(THRESHOLDS, tmp_path)
    assert decision_file.read(tmp_path) == Decisions(thresholds=THRESHOLDS)


@pytest.mark.parametrize("moved", [Shift(), Shift(0.1, -0.05)])
def test_a_file_of_schema_1_answers_as_it_did(moved: Shift, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    weights = dict(zip(FULL, rng.normal(size=len(FULL)).tolist(), strict=True))
    model = EvidenceModel(weights, Bounds(-3.5, 3.25))
    decision_file.write(Decisions(replace(DECISION, models={"skilled": model})), tmp_path)
    content = json.loads((tmp_path / "decision.json").read_text())
    usual = {"distance": -0.6, "distance_deviation": 0.1, "variety": -0.7, "variety_deviation": 0.1}
    content["any_scanner"] |= {"usual": usual, "shift": moved._asdict()}
    (tmp_path / "decision.json").write_text(json.dumps({**content, "schema": 1}))
    found = decision_file.read(tmp_path).any_scanner
    assert found is not None
    assert found.usual == []
    genuine = rng.normal(size=(6, 8))
    for references in (1, 4):
        claim = describe(genuine, genuine, np.arange(6)[None] < references, 4)
        expected = model.score(shift(claim, moved), DECISION.most_references)
        np.testing.assert_allclose(found.score("skilled", claim), expected)


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[]",
        "{}",
        '{"schema": "new"}',
        '{"schema": 1}',
        '{"schema": 1, "thresholds": [{"kind": "skilled"}]}',
        '{"schema": 1, "thresholds": [], "any_scanner": {"models": {}}}',
        '{"schema": 1, "thresholds": [], "any_scanner": []}',
    ],
)
def test_a_damaged_file_is_one_clear_line(damage: str, tmp_path: Path) -> None:
    (tmp_path / "decision.json").write_text(damage)
    with pytest.raises(InputError, match=r"decision\.json: not what evaluate writes; run evaluate"):
        decision_file.read(tmp_path)


def test_a_file_that_is_missing_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"decision\.json"):
        decision_file.read(tmp_path)


def test_a_file_of_newer_code_says_so(tmp_path: Path) -> None:
    decision_file.write(Decisions(DECISION), tmp_path)
    content = json.loads((tmp_path / "decision.json").read_text())
    (tmp_path / "decision.json").write_text(json.dumps({**content, "schema": 3}))
    with pytest.raises(InputError, match="schema 3, written by newer code"):
        decision_file.read(tmp_path)
