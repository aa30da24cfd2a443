"""The table of each collection's error rates."""

from components.evaluate.params import EvaluateParams
from components.evaluate.report.collection_table import collection_table, told_apart_table
from components.evaluate.report.text import summary

PARAMS = EvaluateParams()
GROUP = "decision/skilled/refs_5"


def rates(prefix: str, eer: float, identities: float) -> dict[str, float]:
    return {
        f"{prefix}{GROUP}/eer": eer,
        f"{prefix}{GROUP}/eer_ci_low": eer / 2,
        f"{prefix}{GROUP}/eer_ci_high": eer * 2,
        f"{prefix}{GROUP}/far_at_threshold": eer / 2,
        f"{prefix}{GROUP}/frr_at_threshold": eer,
        f"{prefix}{GROUP}/n_identities": identities,
        f"{prefix}{GROUP}/n_pairs": 100.0 * identities,
    }


METRICS = (
    rates("", 0.05, 30) | rates("collection/hard/", 0.2, 10) | rates("collection/easy/", 0.01, 20)
)


def test_each_collection_stands_above_all_together() -> None:
    table = collection_table(METRICS, PARAMS)
    assert list(table.rows) == [
        ("skilled", "5", "easy", "1.0 (0.5–2.0)", "0.5 (–)", "1.0 (–)", "20", "2,000"),
        ("skilled", "5", "hard", "20.0 (10.0–40.0)", "10.0 (–)", "20.0 (–)", "10", "1,000"),
        ("skilled", "5", "all together", "5.0 (2.5–10.0)", "2.5 (–)", "5.0 (–)", "30", "3,000"),
    ]
    assert "of the claimed identity's collection, together too" in table.note


def test_the_summary_has_it_where_there_are_collections_and_only_there() -> None:
    assert "by collection, on the test identities" in summary(METRICS, PARAMS, [])
    single = rates("", 0.05, 30)
    assert collection_table(single, PARAMS).rows == []
    assert "collection" not in summary(single, PARAMS, [])


def test_what_tells_collections_apart_has_a_row_of_its_own() -> None:
    group = "probe/collections/prepared"
    probed = {
        f"{group}/balanced_accuracy": 0.75,
        f"{group}/balanced_accuracy_ci_low": 0.5,
        f"{group}/balanced_accuracy_ci_high": 0.875,
        f"{group}/chance": 0.5,
        f"{group}/n_identities": 30,
        f"{group}/n_images": 1200,
    }
    assert told_apart_table(METRICS).rows == []
    assert told_apart_table(METRICS | probed).rows == [
        ("the images as the network sees them", "0.750 (0.500–0.875)", "0.500", "30", "1,200")
    ]
