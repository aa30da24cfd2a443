"""What an evaluation writes, for machines and for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import Metrics, Subject
from components.evaluate.report import data_files, html, plots, text
from components.evaluate.report.individuals import People
from components.evaluate.report.origin import Facts
from components.shared.verification.threshold import Threshold


@dataclass(frozen=True)
class Results:
    """What was found.

    Attributes:
        metrics: by name, all finite.
        tables: further ones, by the name of their file.
        subject: what curves and scores are written of.
        thresholds: chosen on val.
        people: what there is to say of single ones.
        origin: what all of this came of, by name.
        parameters: by their dotted names.
        probed: what tells forged from genuine without looking at what was written, line by line.
        notices: what a reader must know before the figures.
    """

    metrics: Metrics
    tables: Mapping[str, pd.DataFrame]
    subject: Subject
    thresholds: list[Threshold]
    people: People
    origin: Facts
    parameters: Facts
    probed: Sequence[str]
    notices: Sequence[str] = ()

    def write(self, folder: Path, params: EvaluateParams) -> None:
        """Writes all files into an existing folder."""
        verifications, part = self.subject.verifications, self.subject.part
        data_files.write(folder, self.metrics, verifications, self.thresholds)
        data_files.write_scores(folder, verifications, part, params)
        for name, table in self.tables.items():
            table.to_csv(folder / name, index=False, float_format="%.9g")
        notice = text.notice(params, self.notices)
        told = text.text(self.metrics, params, self.probed, notice)
        (folder / "summary.txt").write_text(told + "\n", encoding="utf-8")
        pictures = plots.draw(folder, verifications, self.thresholds, params)
        page = html.Page(
            self.metrics, params, pictures, self.origin, self.parameters, self.probed, notice
        )
        html.write(folder, page, self.people)
