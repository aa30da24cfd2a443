"""decisions.csv: the answer to each claim, a row each."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

from components.shared.verification.measured_rates import Rate
from serving.engine.verification import Verification

REFUSED = "refused"
"""The decision on a claim whose images cannot carry one."""
COLUMNS = (
    "claim",
    "decision",
    "llr",
    "against",
    "grade",
    "references",
    "distance",
    "nearest",
    "spread",
    "policy",
    "model",
    "far",
    "far_low",
    "far_high",
    "frr",
    "frr_low",
    "frr_high",
    "rates_references",
    "rates_identities",
    "refused_images",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


class Decided(NamedTuple):
    """The answer to a claim of a file.

    Attributes:
        claim: its name.
        answer: None where it was refused.
        references: the paths of the references that were used, as many as the answer's distances.
        refused: images that cannot be used, each with its reason.
    """

    claim: str
    answer: Verification | None
    references: Sequence[Path]
    refused: Sequence[str]


class DecisionsWriter:
    """Writes the header at once, then a row for each claim."""

    def __init__(self, stream: TextIO, policy: str, model: str) -> None:
        """Begins the table.

        Args:
            stream: a text file that is opened with newline="".
            policy: that decided.
            model: the version of the bundle.
        """
        self._table = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
        self._table.writeheader()
        self._fixed = {"policy": policy, "model": model}

    def write(self, decided: Decided) -> None:
        """Writes a row. Texts that a spreadsheet would take for a formula begin with `'`."""
        row: dict[str, object] = {
            "claim": _plain(decided.claim),
            "decision": decided.answer.outcome if decided.answer else REFUSED,
            "references": len(decided.references),
            "refused_images": _plain("; ".join(decided.refused)),
        }
        if decided.answer is not None:
            row |= _answered(decided.answer, decided.references)
        self._table.writerow({**self._fixed, **row})


def _answered(answer: Verification, references: Sequence[Path]) -> dict[str, object]:
    row: dict[str, object] = {
        "llr": _number(answer.llr[answer.kind]),
        "against": answer.kind,
        "grade": answer.grade,
        "distance": _number(sum(answer.distances) / len(answer.distances)),
        "nearest": _plain(references[answer.nearest].name),
        "spread": _number(answer.spread),
    }
    if answer.rates is not None:
        row |= _rate("far", answer.rates.far) | _rate("frr", answer.rates.frr)
        row["rates_references"] = answer.rates.references
        row["rates_identities"] = answer.rates.n_identities
    return row


def _rate(name: str, rate: Rate) -> dict[str, str]:
    ends = {f"{name}_low": _number(rate.low), f"{name}_high": _number(rate.high)}
    return {name: _number(rate.value), **ends}


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
