"""The results of an evaluation, and the files they become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from components.evaluate.decision.carried import evidence
from components.evaluate.decision.evidence_counts import count_evidence
from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import ComparedPart, Metrics
from components.evaluate.report import answer, data_files, html, plots, text
from components.evaluate.report.individuals import Individuals
from components.evaluate.report.likelihood_plots import Answers
from components.evaluate.report.origin import Facts
from components.evaluate.report.scores_file import SCORES, write_scores
from components.evaluate.report.subject import Subject
from components.evaluate.scoring.verification import Verification
from components.shared.data.csv_tables import write_csv
from components.shared.verification import distributions, identification_rates
from components.shared.verification.decision_file import Decisions
from components.shared.verification.estimate import reliability
from components.shared.verification.identification_rates import SearchRates
from components.shared.verification.rule_of_three import caveats
from components.shared.verification.threshold import Threshold

SUMMARY = "summary.txt"


@dataclass(frozen=True)
class Results:
    """The results on the reported part.

    Attributes:
        subject: the model and the data.
        metrics: by name, all finite.
        tables: CSV files of single protocols, by file name.
        part: the reported part; curves and scores are those of its verifications.
        decisions: what val decided.
        individuals: results on single people.
        origin: data, model and code behind the results, by name.
        parameters: of all steps, by their dotted names.
        shortcut_lines: findings of the shortcut probes, a line each.
        notices: sentences to be read before the results.
        decided: the part's comparisons by the evidence of the decision; none without one.
        searches: error rates of the decision's searches.
    """

    subject: Subject
    metrics: Metrics
    tables: Mapping[str, pd.DataFrame]
    part: ComparedPart
    decisions: Decisions
    individuals: Individuals
    origin: Facts
    parameters: Facts
    shortcut_lines: Sequence[str]
    notices: Sequence[str] = ()
    decided: Sequence[Verification] = ()
    searches: Sequence[SearchRates] = ()

    @property
    def thresholds(self) -> list[Threshold]:
        """The thresholds of the mean distance."""
        return self.decisions.thresholds

    def sentences(self, params: EvaluateParams) -> list[str]:
        """Returns the answer of the evaluation, its most important sentence first."""
        own = text.reported_metrics(self.metrics, params)
        return answer.sentences(own, params, self.thresholds, self.subject.shipped)

    def write(self, folder: Path, params: EvaluateParams) -> None:
        """Writes all files into an existing folder."""
        verifications = self.part.verifications
        data_files.write(folder, self.metrics, verifications, self.decisions)
        distributions.write(count_evidence(self.decided), folder)
        identification_rates.write(self.searches, folder)
        decision = self.decisions.chosen
        extent = write_scores(folder, verifications, self.part.part, params, decision, self.decided)
        for name, table in self.tables.items():
            write_csv(table, folder / name)
        policies = self.decisions.policies
        notices = [*self.notices, *caveats(self.thresholds, params.target_name, policies)]
        notices += reliability(len(self.part.part.names))
        notice = text.notice(params, notices)
        sentences = self.sentences(params)
        summary = text.summary(self.metrics, params, sentences, self.shortcut_lines, notice)
        (folder / SUMMARY).write_text(summary + "\n", encoding="utf-8")
        kind = decision.kind if decision else None
        deciding = self._answers([v for v in self.decided if v.kind == kind])
        pictures = plots.draw(
            folder, verifications, self.thresholds, params, deciding, self.searches
        )
        page = html.Page(
            title=self.subject.title(date.today()),
            metrics=self.metrics,
            params=params,
            answer=sentences,
            pictures=pictures,
            origin={**self.origin, SCORES: extent},
            parameters=self.parameters,
            shortcut_lines=self.shortcut_lines,
            notice=notice,
        )
        html.write(folder, page, self.individuals)

    def _answers(self, verified: Sequence[Verification]) -> list[Answers]:
        """Returns the likelihood ratios of verifications by the decision's evidence."""
        decision = self.decisions.chosen
        if decision is None:
            return []
        answers = []
        for v in verified:
            genuine, impostor = evidence(decision, v)
            answers.append(Answers(v.kind, v.references, genuine.llr, impostor.llr))
        return answers
