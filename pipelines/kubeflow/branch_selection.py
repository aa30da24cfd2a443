"""The best of several trainings, by their error rates on val, and whether that may be chance."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from components.evaluate.paired_comparison import compare, sentence
from components.shared.runtime.errors import InputError
from components.shared.tracking.run import Record
from components.shared.verification.metric_names import CRITERIA, criterion
from pipelines import sections
from pipelines.experiments import dvc_experiments
from pipelines.experiments.grid import RATES, rates
from pipelines.sections import Sections

PARENT = "comparison"


class Choice(NamedTuple):
    """What was chosen.

    Attributes:
        best: its place among the branches.
        settings: of the best.
        eer: that it was chosen by.
        report: all of them as Markdown, the best first.
        runs: ids of the branches' MLflow runs, but for those that the store missed.
    """

    best: int
    settings: str
    eer: float
    report: str
    runs: list[str]


def branches(settings: Sequence[Sequence[str]], given: Sections) -> list[Sections]:
    """The sections split, train and evaluate of each branch; test is not read there.

    Args:
        settings: `section.parameter=value` of each branch.
        given: the sections that all branches start from.

    Raises:
        InputError: there is nothing to choose from, or a setting is wrong, of another section than
            split and train, or of several parameters at once.
    """
    if len(settings) < 2:
        raise InputError(
            f"{len(settings)} settings: there is nothing to compare; give at least two"
        )
    common = {step: given[step] for step in ("split", "train")}
    evaluate = {**given["evaluate"], "part": "val"}
    made = [{**sections.override(common, each), "evaluate": evaluate} for each in settings]
    for assignment in itertools.chain(*settings):
        _check_single(assignment, common)
    return made


def choose(
    settings: Sequence[Sequence[str]],
    figures: Sequence[Mapping[str, float]],
    evaluations: Sequence[Path],
) -> Choice:
    """The branch with the lowest EER on val, as the best checkpoint is chosen; of equal ones the
    first.

    Args:
        settings: `section.parameter=value` of each branch.
        figures: of each, as evaluate gives them.
        evaluations: the output folder of each evaluation, which says itself what its settings were.

    Raises:
        InputError: no branch has an error rate on val.
    """
    names = list(
        dict.fromkeys(each.partition("=")[0] for assignments in settings for each in assignments)
    )
    records = [Record.read(folder) for folder in evaluations]
    labels = [" ".join(f"{name}={record.params[name]}" for name in names) for record in records]
    eers = [criterion(figure) for figure in figures]
    first, second, *_ = order = sorted(range(len(eers)), key=eers.__getitem__)
    if eers[first] > 1:
        raise InputError("no branch has an error rate on val; raise split.val")
    head = ["settings", *RATES, "MLflow run"]
    rows = [[labels[i], *rates(figures[i]), records[i].run_id or "–"] for i in order]
    report = [
        "# Settings compared on val",
        f"**{labels[first]}** is the best on val and goes on to test, which the comparison did not look at.",
        _table([head, *rows]),
        f"Best and second: {_apart(evaluations[first], evaluations[second], labels[first], labels[second])}.",
    ]
    runs = [record.run_id for record in records if record.run_id]
    return Choice(first, labels[first], eers[first], "\n\n".join(report) + "\n", runs)


def track(choice: Choice) -> None:
    """Puts the branches' MLflow runs under one parent, which holds the report and the best."""
    with (
        dvc_experiments.parent_run(
            PARENT, f"of {len(choice.runs)} settings", choice.runs
        ) as parent,
        TemporaryDirectory() as folder,
    ):
        parent.log_metrics({CRITERIA[0]: choice.eer})
        parent.set_tags({"best": choice.settings})
        (Path(folder) / "report.md").write_text(choice.report, encoding="utf-8")
        parent.log_artifacts(Path(folder), PARENT)


def _apart(best: Path, second: Path, *names: str) -> str:
    try:
        return sentence(compare(best, second)[0], *names)
    except InputError as error:
        reason = str(error).replace(str(best), names[0]).replace(str(second), names[1])
        return f"their difference has no interval: {reason}"


def _check_single(assignment: str, given: Sections) -> None:
    """Refuses what names several parameters, for a branch is told apart by the value of each."""
    name = assignment.partition("=")[0]
    found: Any = given
    for key in name.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    if isinstance(found, dict):
        raise InputError(
            f"{assignment}: {name} holds several parameters; vary single ones, as {name}.{min(found)}=…"
        )


def _table(rows: Iterable[Sequence[str]]) -> str:
    head, *body = ["| " + " | ".join(cells) + " |" for cells in rows]
    return "\n".join([head, "|" + "---|" * (head.count("|") - 1), *body])
