"""What an evaluation writes, for machines and for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from components.evaluate import plots, report, summary, tables
from components.evaluate.params import EvaluateParams
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
        about: what else was fixed when this was measured, by name.
    """

    metrics: dict[str, float]
    verifications: list[Verification]
    thresholds: list[Threshold]
    names: list[str]
    about: Mapping[str, str]

    def write(self, folder: Path, params: EvaluateParams) -> None:
        """Writes all files into an existing folder."""
        tables.write(folder, self.metrics, self.verifications, self.thresholds, self.names)
        (folder / "summary.txt").write_text(summary.text(self.metrics, params) + "\n", encoding="utf-8")
        pictures = plots.draw(folder, self.verifications, self.thresholds, params.reported)
        report.write(folder, self.metrics, params, pictures, self.about)
