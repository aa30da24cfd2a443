"""The table of an evaluation's figures, with intervals and numbers, as MLflow shows tables."""

from collections.abc import Mapping

from components.shared.verification.metric_names import (
    N_PAIRS,
    counted_group,
    ends,
    split,
    without_end,
)

NUMBERS = (N_PAIRS, "n_probes", "n_images")
Column = list[str | float | None]


def columns(metrics: Mapping[str, float]) -> dict[str, Column]:
    """Returns the table's columns: a row for each figure, by its name in metrics.json.

    Args:
        metrics: by name, with the ends of intervals and the numbers of their groups.
    """
    table: dict[str, Column] = {
        name: [] for name in ("figure", "value", "low", "high", "identities", "comparisons")
    }
    for name, value in metrics.items():
        group, figure = split(name)
        if figure.startswith("n_") or without_end(name) != name:
            continue
        group = counted_group(group)
        low, high = ends(name)
        numbers = (metrics.get(f"{group}/{number}") for number in NUMBERS)
        row: dict[str, str | float | None] = {
            "figure": name,
            "value": value,
            "low": metrics.get(low),
            "high": metrics.get(high),
            "identities": metrics.get(f"{group}/n_identities"),
            "comparisons": next((number for number in numbers if number is not None), None),
        }
        for column, cell in row.items():
            table[column].append(cell)
    return table
