"""A calibration in words: for the terminal and for the model card."""

from collections.abc import Mapping
from typing import Any

from components.evaluate.decision.collection_change import in_words
from components.evaluate.report.formatting import align_columns, percent

ASSUMED = (
    "How many skilled forgeries it accepts here is assumed, not measured: that they have as much "
    "less evidence than genuine images as where the model was made."
)
MEASURED = "The decision was changed by the genuine images alone; forgeries were only counted."
SAME_PEOPLE = "Counted on the same images, at the limits for the policy {policy}:"
HEADER = ("references", "genuine refused %", "others accepted %", "forgeries accepted %")


def summary(facts: Mapping[str, Any]) -> str:
    """Returns what a calibration found, for a terminal.

    Args:
        facts: those of decision.json.
    """
    return "\n".join([*_sentences(facts), "", align_columns([HEADER, *_rows(facts)], left=0)])


def card_section(facts: Mapping[str, Any]) -> str:
    """Returns the section of the model card, in Markdown."""
    rows = [HEADER, ["---"] * len(HEADER), *_rows(facts)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return "\n".join(_sentences(facts)) + f"\n\n{table}"


def _sentences(facts: Mapping[str, Any]) -> list[str]:
    compared = in_words(facts["location"], *facts["interval"])
    return [
        f"The decision is calibrated on “{facts['data']}”: {facts['people']} people, "
        f"{facts['images']} genuine images.",
        f"Genuine images have {compared} (natural logarithm of the likelihood ratio), scattered "
        f"{facts['scatter']:.2f} times as far; the decision follows both by {facts['trust']:.0%}.",
        MEASURED if facts["forgeries"] == "measured" else ASSUMED,
        SAME_PEOPLE.format(policy=facts["policy"]),
    ]


def _rows(facts: Mapping[str, Any]) -> list[list[str]]:
    rates = facts["rates"]
    counts = sorted({int(name.split("/")[0].removeprefix("refs_")) for name in rates})
    rows = []
    for count in counts:
        group = f"refs_{count}"
        skilled = percent(rates, f"{group}/skilled/far") or "assumed"
        refused, others = percent(rates, f"{group}/frr"), percent(rates, f"{group}/random/far")
        rows.append([str(count), refused, others, skilled])
    return rows
