"""The rates that a number of impostors can show."""

import pytest

from components.shared.verification.decision import Policy
from components.shared.verification.decision_limits import Limits
from components.shared.verification.rule_of_three import beyond_evidence, caveats, least_far
from components.shared.verification.threshold import Threshold


@pytest.mark.parametrize(
    ("kind", "identities", "impostors", "least"),
    [
        ("skilled", 2, 24, 3 / 24),
        ("skilled", 24, 768, 3 / 768),
        ("random", 24, 5000, 3 / (24 * 23)),
        ("random", 24, 300, 3 / 300),
        ("identification", 24, 300, 3 / 300),
        ("skilled", 1, 2, 1.0),
        ("random", 1, 0, 1.0),
    ],
)
def test_three_impostors_are_expected_to_pass_and_two_people_are_one_random_trial_each_way(
    kind: str, identities: int, impostors: int, least: float
) -> None:
    assert least_far(kind, identities, impostors) == least


def test_thresholds_for_less_than_val_can_show_are_warned_of() -> None:
    few = {"n_identities": 2, "n_impostors": 24, "least_far": 0.125}
    thresholds = [
        Threshold("skilled", 1, "far_0.01pct", 0.2, **few),  # type: ignore[arg-type]
        Threshold("skilled", 1, "far_12.5pct", 0.2, **few),  # type: ignore[arg-type]
        Threshold("skilled", 1, "equal_error", 0.2, **few),  # type: ignore[arg-type]
        Threshold("skilled", 1, "far_0.01pct", 0.2),
    ]
    assert [beyond_evidence(threshold) for threshold in thresholds] == [True, False, False, False]
    assert caveats(thresholds[1:]) == caveats(thresholds, "equal_error") == []
    assert caveats(thresholds, "far_0.01pct") == caveats(thresholds)
    (warning,) = caveats(thresholds)
    assert warning.endswith(
        ": FAR ≤ 0.01 % against skilled forgeries, 1 reference (2 identities with 24 impostors "
        "can show 12 %)."
    )


def test_where_the_decision_model_decides_its_limits_are_warned_of_once() -> None:
    threshold = Threshold("skilled", 1, "far_0.01pct", 0.2, "val", None, 2, 24, 0.125)
    strangers = Threshold("identification", 5, "far_0.01pct", 0.2, "val", 0.1, 2, 30, 0.1)
    single = Limits.single(1.0)
    decided = [
        Policy("skilled", references, policy, single, 2, impostors, 3 / impostors)
        for references, impostors in ((1, 24), (2, 20), (3, 24))
        for policy in ("equal_error", "far_0.01pct", "cost", "review")
    ]
    (warning,) = caveats([threshold, strangers], decided=decided)
    assert warning.endswith(
        ": FAR ≤ 0.01 % against skilled forgeries, 1 to 3 references (2 identities with 20 "
        "impostors can show 15 %); FAR ≤ 0.01 % against strangers, 5 references (2 identities "
        "with 30 impostors can show 10 %)."
    )
    assert caveats([threshold], "equal_error", decided) == []
