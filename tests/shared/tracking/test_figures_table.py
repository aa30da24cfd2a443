"""The table of an evaluation's figures."""

from components.shared.tracking.figures_table import columns


def test_a_policy_shares_the_numbers_of_its_group() -> None:
    group = "verification/skilled/refs_1"
    table = columns(
        {
            f"{group}/n_identities": 9.0,
            f"{group}/n_pairs": 1234.0,
            f"{group}/policy/far_1pct/far": 0.25,
            f"{group}/policy/far_1pct/far_ci_low": 0.125,
            f"{group}/policy/far_1pct/far_ci_high": 0.5,
        }
    )
    assert list(table.values()) == [
        [f"{group}/policy/far_1pct/far"],
        [0.25],
        [0.125],
        [0.5],
        [9.0],
        [1234.0],
    ]


def test_a_figure_is_one_row_with_its_interval_and_numbers() -> None:
    group = "identification/refs_5"
    table = columns(
        {
            f"{group}/accuracy": 0.75,
            f"{group}/accuracy_ci_low": 0.5,
            f"{group}/accuracy_ci_high": 0.875,
            f"{group}/n_identities": 9.0,
            f"{group}/n_probes": 90.0,
            "probe/source/auc": 0.625,
        }
    )
    assert table == {
        "figure": [f"{group}/accuracy", "probe/source/auc"],
        "value": [0.75, 0.625],
        "low": [0.5, None],
        "high": [0.875, None],
        "identities": [9.0, None],
        "comparisons": [90.0, None],
    }
