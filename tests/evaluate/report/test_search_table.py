"""The table of searches."""

from components.evaluate.params import EvaluateParams
from components.evaluate.report.search_table import search_sentence, searches_table

PARAMS = EvaluateParams()
METRICS: dict[str, float] = {"identification/refs_5/accuracy": 0.9}
for references, size, fpir in ((5, 30, 0.03), (1, 30, 0.05), (5, 3, 0.01)):
    group = f"identification/refs_{references}/gallery_{size}"
    METRICS |= {
        f"{group}/fpir_at_threshold": fpir,
        f"{group}/fpir_at_threshold_ci_low": fpir / 2,
        f"{group}/fpir_at_threshold_ci_high": 2 * fpir,
        f"{group}/fnir_at_threshold": 0.125,
        f"{group}/n_identities": 100.0,
        f"{group}/n_probes": 1000.0,
    }


def test_rates_stand_by_references_and_size_with_what_they_rest_on() -> None:
    table = searches_table(METRICS, PARAMS)
    assert table.title.endswith("at the limits that val chose (equal error)")
    assert list(table.rows) == [
        ("1", "30", "5.0 (2.5–10.0)", "12.5 (–)", "100", "1,000"),
        ("5", "3", "1.0 (0.5–2.0)", "12.5 (–)", "100", "1,000"),
        ("5", "30", "3.0 (1.5–6.0)", "12.5 (–)", "100", "1,000"),
    ]


def test_the_largest_gallery_is_told_in_a_sentence() -> None:
    assert searches_table(METRICS, PARAMS).note == search_sentence(METRICS)
    assert search_sentence(METRICS) == (
        "Among 30 people with 5 references each, 3 of 100 searches for a stranger are given "
        "somebody (FPIR), and 12 of 100 searches for an enrolled person do not find theirs (FNIR)."
    )


def test_without_searches_there_is_neither() -> None:
    assert not searches_table({}, PARAMS).rows
    assert search_sentence({}) == ""
