"""The table of published lists."""

from components.evaluate.params import EvaluateParams
from components.evaluate.report.pairs_table import pairs_table
from components.evaluate.report.text import summary

PARAMS = EvaluateParams()
LFW = {
    "pairs/lfw/accuracy": 0.99383,
    "pairs/lfw/accuracy_se": 0.00131,
    "pairs/lfw/eer": 0.0071,
    "pairs/lfw/eer_ci_low": 0.005,
    "pairs/lfw/eer_ci_high": 0.009,
    "pairs/lfw/decision_eer": 0.006,
    "pairs/lfw/far_at_threshold": 0.01,
    "pairs/lfw/frr_at_threshold": 0.02,
    "pairs/lfw/n_identities": 4281.0,
    "pairs/lfw/n_pairs": 6000.0,
    "pairs/lfw/n_left_out": 0.0,
}


def test_each_list_has_a_row_and_only_what_was_measured() -> None:
    other = {"pairs/kaggle-test/n_left_out": 9.0} | {
        name.replace("lfw", "sigcomp2011-Dutch"): value
        for name, value in LFW.items()
        if "/eer" in name or "/n_" in name
    }
    table = pairs_table(LFW | other, PARAMS)
    assert list(table.rows) == [
        (
            "lfw",
            "99.38 ± 0.13",
            "0.7 (0.5–0.9)",
            "0.6 (–)",
            "1.0 (–)",
            "2.0 (–)",
            "4,281",
            "6,000",
        ),
        ("sigcomp2011-Dutch", "", "0.7 (0.5–0.9)", "", "", "", "4,281", "6,000"),
    ]


def test_the_summary_has_it_where_there_are_lists_and_only_there() -> None:
    assert "published lists of comparisons" in summary(LFW, PARAMS, [])
    assert "lists of comparisons" not in summary({}, PARAMS, [])
