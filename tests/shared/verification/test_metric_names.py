"""Names of figures: spelled as in every metrics.json so far, and parsed as they are made."""

import math

import pytest

from components.shared.verification import metric_names
from components.shared.verification.metric_names import MetricGroup


@pytest.mark.parametrize(
    ("result", "name"),
    [
        (metric_names.verification("skilled", 1), "verification/skilled/refs_1"),
        (metric_names.identification(5), "identification/refs_5"),
        (metric_names.open_set(5), "identification/refs_5/open"),
        (metric_names.floor("hog", "random"), "floor/hog/random/refs_1"),
        (metric_names.probe("prepared"), "probe/prepared"),
        (metric_names.in_collection("b", "x/eer"), "collection/b/x/eer"),
        (metric_names.on_val("n_images"), "val/n_images"),
        (metric_names.at_threshold("far"), "far_at_threshold"),
        (metric_names.at_far("frr", 0.01), "frr_at_far_1pct"),
        (metric_names.at_far("dir", 0.001), "dir_at_far_0.1pct"),
        (
            metric_names.carried_rate("verification/skilled/refs_1", "far", "far_1pct", "far_1pct"),
            "verification/skilled/refs_1/far_at_threshold",
        ),
        (metric_names.far_name(0.25), "far_25pct"),
    ],
)
def test_names_are_spelled_as_in_every_report_so_far(result: str, name: str) -> None:
    assert result == name


@pytest.mark.parametrize(
    ("comparisons", "group"),
    [
        (MetricGroup("skilled", 1), "verification/skilled/refs_1"),
        (MetricGroup("random", 12), "verification/random/refs_12"),
        (MetricGroup("skilled", 1, "field"), "field/skilled/refs_1"),
        (MetricGroup("random", 3, "references", "centre"), "references/random/refs_3/centre"),
    ],
)
def test_a_group_of_comparisons_is_parsed_as_it_is_made(
    comparisons: MetricGroup, group: str
) -> None:
    assert str(comparisons) == group
    assert MetricGroup.parse(group) == comparisons


@pytest.mark.parametrize(
    "group", ["", "verification/skilled", "verification/skilled/refs_x", "identification/refs_5"]
)
def test_what_is_no_group_of_comparisons_is_parsed_as_none(group: str) -> None:
    assert MetricGroup.parse(group) is None


def test_the_costs_of_likelihood_ratios_are_figures_of_a_group_of_comparisons() -> None:
    names = (metric_names.CLLR, metric_names.CLLR_MIN, metric_names.CALIBRATION_LOSS)
    assert names == ("cllr", "cllr_min", "calibration_loss")
    group = MetricGroup("skilled", 5)
    for figure in names:
        assert metric_names.split(f"{group}/{figure}") == (str(group), figure)
        end = metric_names.ends(f"{group}/{figure}")[0]
        assert metric_names.without_end(end) == f"{group}/{figure}"


def test_only_closed_set_identification_says_from_how_many_references() -> None:
    assert metric_names.identified_from("identification/refs_5") == 5
    assert metric_names.identified_from("identification/refs_5/open") is None
    assert metric_names.identified_from("val/identification/refs_5") is None


def test_a_rate_of_another_policy_than_the_targets_names_it_and_shares_the_counts() -> None:
    group = "verification/skilled/refs_1"
    names = [
        metric_names.carried_rate(group, "far", policy, "far_1pct")
        for policy in ("far_1pct", "equal_error", "far_0.1pct")
    ]
    assert names[1] == f"{group}/policy/equal_error/far"
    assert metric_names.other_policies(names) == ["equal_error", "far_0.1pct"]
    own, *others = [metric_names.split(name)[0] for name in names]
    assert {metric_names.counted_group(other) for other in (own, *others)} == {group}
    assert MetricGroup.parse(others[0]) is None


def test_the_ends_of_an_interval_lead_back_to_their_figure() -> None:
    name = "verification/skilled/refs_1/eer"
    assert metric_names.ends(name) == (f"{name}_ci_low", f"{name}_ci_high")
    assert {metric_names.without_end(end) for end in (name, *metric_names.ends(name))} == {name}
    assert metric_names.split(name) == ("verification/skilled/refs_1", "eer")


@pytest.mark.parametrize("far", [0.5, 0.01, 0.001, 0.0625])
def test_the_per_cent_of_a_far_are_read_from_its_name(far: float) -> None:
    for name in (metric_names.far_name(far), metric_names.at_far("frr", far)):
        assert float(metric_names.far_percent(name)) == pytest.approx(100 * far)


def test_skilled_forgeries_on_val_decide_where_there_are_any() -> None:
    skilled, random = "val/verification/skilled/refs_1/eer", "val/verification/random/refs_1/eer"
    assert (skilled, random) == metric_names.CRITERIA
    assert metric_names.criterion({random: 0.1, skilled: 0.3}) == 0.3
    assert metric_names.criterion({random: 0.1, "verification/skilled/refs_1/eer": 0.3}) == 0.1
    assert metric_names.criterion({}) == math.inf


def test_the_worst_collection_decides_by_skilled_forgeries_where_it_has_any() -> None:
    skilled, random = metric_names.CRITERIA
    figures = {skilled: 0.1, random: 0.05}
    for name, kind, rate in (
        ("a", "skilled", 0.12),
        ("a", "random", 0.5),
        ("b", "random", 0.2),
        ("c", "skilled", 0.15),
    ):
        figures[f"val/collection/{name}/verification/{kind}/refs_1/eer"] = rate
    assert metric_names.criterion(figures) == 0.2
    on_test = {f"collection/a/{skilled.removeprefix('val/')}": 0.9, skilled: 0.1}
    assert metric_names.criterion(on_test) == 0.1


def test_the_collections_are_those_of_the_figures() -> None:
    names = ["verification/x/eer", "collection/b/x/eer", "collection/a/x/eer", "collection/b/y/eer"]
    assert metric_names.collections_in(names) == ["a", "b"]


def test_disguised_signatures_say_with_how_many_references_they_were_compared() -> None:
    names = ["disguised/refs_5/policy/review/accepted", "disguised/refs_1/n_pairs", "n_disguised"]
    assert metric_names.disguised_references(names) == [1, 5]
    assert metric_names.disguised(5) == "disguised/refs_5"
