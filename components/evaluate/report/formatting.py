"""Figures as text: with their intervals, and in columns."""

from collections.abc import Mapping, Sequence

from components.shared.verification.metric_names import ends

Metrics = Mapping[str, float]


def aligned(table: Sequence[Sequence[str]], left: int = 1) -> str:
    """Rows of cells as lines of equal columns; the first `left` columns and all that is no figure
    stand left.
    """
    columns = list(zip(*table, strict=True))
    widths = [max(map(len, column)) for column in columns]
    words = [
        i < left or not any(c.isdigit() for cell in column[1:] for c in cell)
        for i, column in enumerate(columns)
    ]
    lines = (
        "  ".join(
            cell.ljust(width) if word else cell.rjust(width)
            for cell, width, word in zip(row, widths, words, strict=True)
        )
        for row in table
    )
    return "\n".join(line.rstrip() for line in lines)


def percent(metrics: Metrics, key: str) -> str:
    """A rate with its interval: `16.2 (14.0–18.3)`, `16.2 (–)` where none is known; empty where it
    was not measured.
    """
    return f"{hundredth(metrics, key)} ({between(metrics, key) or '–'})" if key in metrics else ""


def number(metrics: Metrics, key: str) -> str:
    """A number with its interval, as `percent`."""
    if key not in metrics:
        return ""
    low, high = (metrics.get(end) for end in ends(key))
    within = "–" if low is None or high is None else f"{low:.3f}–{high:.3f}"
    return f"{metrics[key]:.3f} ({within})"


def between(metrics: Metrics, key: str) -> str:
    """The interval of a rate in per cent; empty where none is known."""
    low, high = (hundredth(metrics, end) for end in ends(key))
    return f"{low}–{high}" if low else ""


def basis(metrics: Metrics, key: str, events: str = "n_pairs") -> tuple[str, str]:
    """Numbers of identities, and of comparisons or other events, that figures stand on."""
    return f"{metrics[f'{key}/n_identities']:,.0f}", f"{metrics[f'{key}/{events}']:,.0f}"


def hundredth(metrics: Metrics, key: str) -> str:
    """A rate in per cent; empty where it was not measured."""
    return f"{metrics[key] * 100:.1f}" if key in metrics else ""


def signed(metrics: Metrics, key: str) -> str:
    """A difference of two rates in points, with its interval, as `percent`."""
    if key not in metrics:
        return ""
    points = {name: f"{metrics[name] * 100:+.1f}" for name in (key, *ends(key)) if name in metrics}
    low, high = ends(key)
    within = f"{points[low]} to {points[high]}" if low in points else "–"
    return f"{points[key]} ({within})".replace("-", "−")
