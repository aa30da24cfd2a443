"""Rates and numbers as text, with their intervals, and tables in aligned columns."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from components.evaluate.params import COST, REVIEW
from components.shared.verification.metric_names import ends, far_percent
from components.shared.verification.threshold import EQUAL_ERROR

Metrics = Mapping[str, float]
Row = tuple[str, ...]
POLICIES = {EQUAL_ERROR: "equal error", COST: "least cost", REVIEW: "review"}


class Table(NamedTuple):
    """A table of text; cells of values that were not measured are empty."""

    title: str
    head: Row
    rows: Sequence[Row]
    note: str = ""


def align_columns(table: Sequence[Sequence[str]], left: int = 1) -> str:
    """Returns a table as text, a line per row, its columns two spaces apart.

    Args:
        table: rows of cells, the heading first.
        left: number of first columns that are left-aligned; so are columns without a digit. All
            others are right-aligned.
    """
    columns = list(zip(*table, strict=True))
    widths = [max(map(len, column)) for column in columns]
    left_aligned = [i < left or not _has_digits(column[1:]) for i, column in enumerate(columns)]
    return "\n".join(_line(row, widths, left_aligned) for row in table)


def percent(metrics: Metrics, key: str) -> str:
    """Returns a rate in per cent with its interval.

    `16.2 (14.0–18.3)`, or `16.2 (–)` without an interval; empty where the rate is not in `metrics`.
    """
    if key not in metrics:
        return ""
    return f"{percent_value(metrics, key)} ({percent_interval(metrics, key) or '–'})"


def percent_value(metrics: Metrics, key: str) -> str:
    """Returns a rate in per cent, `16.2`; empty where it is not in `metrics`."""
    return f"{metrics[key] * 100:.1f}" if key in metrics else ""


def percent_interval(metrics: Metrics, key: str) -> str:
    """Returns the interval of a rate in per cent, `14.0–18.3`; empty where there is none."""
    low, high = ends(key)
    if low not in metrics:
        return ""
    return f"{percent_value(metrics, low)}–{percent_value(metrics, high)}"


def percent_points(metrics: Metrics, key: str) -> str:
    """Returns a difference of two rates in points, signed, with its interval.

    `−14.8 (−17.0 to −12.0)`, or `−14.8 (–)` without an interval; empty where it is not in
    `metrics`.
    """
    if key not in metrics:
        return ""
    low, high = ends(key)
    interval = f"{_points(metrics[low])} to {_points(metrics[high])}" if low in metrics else "–"
    return f"{_points(metrics[key])} ({interval})"


def points_better(metrics: Metrics, key: str) -> str:
    """Describes a gain, a rate that is spared, and whether it may be chance.

    `3.1 points better than the mean distance (1.2–5.0)`, or `0.4 points worse than the mean
    distance (−0.9 to 1.7), which may be chance`; no gain at all is `as well as the mean distance`.
    """
    if not metrics[key]:
        return "as well as the mean distance"
    low, high = ends(key)
    side, sign = ("better", 1) if metrics[key] >= 0 else ("worse", -1)
    text = f"{abs(metrics[key]) * 100:.1f} points {side} than the mean distance"
    if low not in metrics:
        return text
    least, most = sorted((sign * metrics[low] * 100, sign * metrics[high] * 100))
    if least > 0:
        return f"{text} ({least:.1f}–{most:.1f})"
    interval = f"{least:.1f} to {most:.1f}".replace("-", "−")
    return f"{text} ({interval}), which may be chance"


def number(metrics: Metrics, key: str) -> str:
    """Returns a number with its interval, as `percent` does: `0.912 (0.880–0.931)`."""
    if key not in metrics:
        return ""
    low, high = ends(key)
    interval = f"{metrics[low]:.3f}–{metrics[high]:.3f}" if low in metrics else "–"
    return f"{metrics[key]:.3f} ({interval})"


def policy_in_words(policy: str) -> str:
    """Returns a policy's name in words: `equal error`, `FAR ≤ 1 %`, `least cost`, `review`."""
    return POLICIES.get(policy) or f"FAR ≤ {far_percent(policy)} %"


def sample_sizes(metrics: Metrics, group: str, events: str = "n_pairs") -> tuple[str, str]:
    """Returns the numbers of identities and of `events` that the metrics of a group rest on."""
    return f"{metrics[f'{group}/n_identities']:,.0f}", f"{metrics[f'{group}/{events}']:,.0f}"


def _has_digits(cells: Sequence[str]) -> bool:
    return any(character.isdigit() for character in "".join(cells))


def _line(row: Sequence[str], widths: Sequence[int], left_aligned: Sequence[bool]) -> str:
    columns = zip(row, widths, left_aligned, strict=True)
    cells = [cell.ljust(width) if left else cell.rjust(width) for cell, width, left in columns]
    return "  ".join(cells).rstrip()


def _points(difference: float) -> str:
    return f"{difference * 100:+.1f}".replace("-", "−")
