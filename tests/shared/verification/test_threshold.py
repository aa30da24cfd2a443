"""threshold.json, and the look-up of a threshold."""

import json
from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from components.shared.verification import threshold
from components.shared.verification.metric_names import allowed_far
from components.shared.verification.rule_of_three import beyond_evidence
from components.shared.verification.threshold import Threshold, lookup, of_claims, policy_of

CHOSEN = [
    Threshold("skilled", 1, "equal_error", 0.5),
    Threshold("skilled", 1, "far_1pct", 0.25),
    Threshold("skilled", 5, "equal_error", 0.625),
    Threshold("identification", 5, "equal_error", 0.75, smallest_gap=0.125),
    Threshold("random", 5, "far_0.1pct", 0.7, n_identities=4, n_impostors=240, least_far=0.25),
]


def test_thresholds_are_read_as_they_were_written(tmp_path: Path) -> None:
    threshold.write(CHOSEN, tmp_path)
    assert threshold.read(tmp_path) == CHOSEN
    threshold.write([], tmp_path)
    assert threshold.read(tmp_path) == []


def test_the_file_names_every_field_that_is_known(tmp_path: Path) -> None:
    threshold.write([CHOSEN[0], CHOSEN[3]], tmp_path)
    skilled = {"kind": "skilled", "references": 1, "policy": "equal_error"}
    identification = {"kind": "identification", "references": 5, "policy": "equal_error"}
    assert json.loads((tmp_path / "threshold.json").read_text()) == [
        skilled | {"threshold": 0.5, "chosen_on": "val"},
        identification | {"threshold": 0.75, "chosen_on": "val", "smallest_gap": 0.125},
    ]


@pytest.mark.parametrize(
    "text", ["{", '[{"kind": "skilled"}]', '[{"threshold": 1, "new": 2}]', "[1]"]
)
def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "threshold.json").write_text(text)
    with pytest.raises(
        InputError, match=r"threshold\.json: not what evaluate writes; freeze it anew"
    ):
        threshold.read(tmp_path, "freeze it anew")


def test_a_file_of_an_earlier_version_knows_no_impostors(tmp_path: Path) -> None:
    row = {"kind": "skilled", "references": 1, "policy": "far_1pct", "threshold": 0.25}
    (tmp_path / "threshold.json").write_text(json.dumps([row]))
    (earlier,) = threshold.read(tmp_path)
    assert (earlier.n_identities, earlier.n_impostors, earlier.least_far) == (None, None, None)
    assert not beyond_evidence(earlier)


def test_the_policy_names_the_far_that_was_allowed() -> None:
    assert [allowed_far(chosen.policy) for chosen in CHOSEN] == [None, 0.01, None, None, 0.001]


@pytest.mark.parametrize("place", range(len(CHOSEN)))
def test_a_threshold_is_found_by_kind_references_and_policy(place: int) -> None:
    kind, references, policy = CHOSEN[place][:3]
    assert lookup(CHOSEN, kind, references, policy) == CHOSEN[place]


def test_the_thresholds_of_all_policies_are_those_of_a_kind_and_number_of_references() -> None:
    others = [Threshold("random", 1, "equal_error", 0.3), Threshold("skilled", 5, "far_1pct", 0.2)]
    own = [Threshold("skilled", 1, policy, 0.1) for policy in ("equal_error", "far_1pct")]
    assert of_claims([*others, *own], "skilled", 1) == own
    assert of_claims(others, "skilled", 1) == []


def test_there_is_no_threshold_where_one_of_the_three_differs() -> None:
    assert lookup(CHOSEN, "random", 1, "equal_error") is None
    assert lookup(CHOSEN, "skilled", 3, "equal_error") is None
    assert lookup(CHOSEN, "skilled", 5, "far_1pct") is None


def test_a_policy_has_one_name_whether_its_target_is_a_number_or_the_text_of_one() -> None:
    assert policy_of("equal_error") == "equal_error"
    assert policy_of(0.01) == policy_of("0.01") == policy_of("1e-2") == "far_1pct"
