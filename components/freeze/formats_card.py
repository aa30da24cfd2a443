"""The model card's part on quantised networks: what each was measured at, and which are shipped."""

from collections.abc import Mapping
from typing import Any

from components.freeze.model_card_tables import markdown
from components.shared.verification.metric_names import IMPOSTORS, ends

HEADER = (
    "format",
    "shipped",
    "equal error rate − float32's, points",
    "the same, references in float32",
    "decisions flipped",
    "largest difference of a component",
    "times as fast",
    "kB",
)
ONLY_FLOAT32 = "The networks here compute in float32."


def describe(formats: Mapping[str, Mapping[str, Any]]) -> str:
    """Returns the table of quantised networks as Markdown, and why each is shipped or not.

    Args:
        formats: what manifest.json says of each.
    """
    if not formats:
        return ONLY_FLOAT32
    table = markdown(HEADER, [_row(name, entry) for name, entry in formats.items()], "")
    sentences = [_sentence(name, entry) for name, entry in formats.items()]
    return "\n\n".join([table, *sentences])


def _sentence(name: str, entry: Mapping[str, Any]) -> str:
    verdict = "shipped" if entry["shipped"] else "not shipped"
    text = f"`{name}` is {verdict}: {entry['reason']}."
    if entry["impostors"] is not None:
        impostors = IMPOSTORS[entry["impostors"]]
        text += f" Measured with one reference on test identities, against {impostors}."
    return text


def _row(name: str, entry: Mapping[str, Any]) -> list[str]:
    return [
        f"`{name}`",
        "yes" if entry["shipped"] else "no",
        _with_interval(entry, "eer_change", 100, "+.2f"),
        _with_interval(entry, "eer_change_float32_references", 100, "+.2f"),
        f"{entry['flipped'] * 100:.2f} %" if "flipped" in entry else "–",
        f"{entry['max_abs_difference']:.2g}",
        _with_interval(entry, "speed_ratio", 1, ".2f"),
        f"{entry['bytes'] / 1000:,.0f}",
    ]


def _with_interval(entry: Mapping[str, Any], name: str, scale: float, form: str) -> str:
    """Returns `+0.12 (−0.10–+0.34)`; a dash where it was not measured."""
    if name not in entry:
        return "–"
    text = _number(entry[name] * scale, form)
    bounds = [_number(entry[end] * scale, form) for end in ends(name) if end in entry]
    return f"{text} ({' to '.join(bounds)})" if bounds else text


def _number(value: float, form: str) -> str:
    return format(value, form).replace("-", "−")
