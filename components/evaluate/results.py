"""What an evaluation writes, for machines and for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from components.evaluate import plots, report, summary, tables
from components.evaluate.about import Facts
from components.evaluate.params import EvaluateParams
from components.evaluate.people import People
from components.evaluate.thresholds import Threshold
from components.evaluate.verification import Verification


@dataclass(frozen=True)
class Results:
    """What was found.

    Attributes:
        metrics: by name, all finite.
        verifications: those that curves and scores are written of.
        thresholds: chosen on val.
        names: the identities.
        people: what there is to say of single ones.
        origin: what all of this came of, by name.
        parameters: by their dotted names.
        probed: what tells forged from genuine without looking at what was written, line by line.
    """

    metrics: dict[str, float]
    verifications: list[Verification]
    thresholds: list[Threshold]
    names: list[str]
    people: People
    origin: Facts
    parameters: Facts
    probed: Sequence[str]

    def write(self, folder: Path, params: EvaluateParams) -> None:
        """Writes all files into an existing folder."""
        tables.write(folder, self.metrics, self.verifications, self.thresholds, self.names)
        (folder / "summary.txt").write_text(summary.text(self.metrics, params, self.probed) + "\n", encoding="utf-8")
        pictures = plots.draw(folder, self.verifications, self.thresholds, params)
        page = report.Page(self.metrics, params, pictures, self.origin, self.parameters, self.probed)
        report.write(folder, page, self.people)
