"""The best of several trainings by error rate on val, and its difference to the second."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from components.evaluate.paired_comparison import compare, sentence
from components.shared.runtime.errors import InputError
from components.shared.tracking.record import Record
from components.shared.verification.metric_names import CRITERIA, criterion
from pipelines import sections
from pipelines.experiments import dvc_experiments
from pipelines.experiments.grid import RATE_COLUMNS, rate_cells
from pipelines.sections import Sections

PARENT = "comparison"


class Choice(NamedTuple):
    """The best branch of a comparison.

    Attributes:
        best: its index among the branches.
        settings: of the best.
        eer: of the best on val.
        report: all branches as Markdown, the best first.
        runs: ids of the branches' MLflow runs, without those that the store missed.
    """

    best: int
    settings: str
    eer: float
    report: str
    runs: list[str]


def branches(settings: Sequence[Sequence[str]], params: Sections) -> list[Sections]:
    """Returns the sections split, train and evaluate of each branch; test is not read there.

    Args:
        settings: `section.parameter=value` of each branch.
        params: the sections that all branches start from.

    Raises:
        InputError: there is nothing to choose from, or a setting is wrong, of another section than
            split and train, or of several parameters at once.
    """
    if len(settings) < 2:
        raise InputError(
            f"{len(settings)} settings: there is nothing to compare; give at least two"
        )
    common = {step: params[step] for step in ("split", "train")}
    evaluate = {**params["evaluate"], "part": "val"}
    result = [{**sections.override(common, each), "evaluate": evaluate} for each in settings]
    for assignment in itertools.chain(*settings):
        _check_single(assignment, common)
    return result


def choose(
    settings: Sequence[Sequence[str]],
    figures: Sequence[Mapping[str, float]],
    evaluations: Sequence[Path],
) -> Choice:
    """Chooses the branch with the lowest EER on val, the criterion of the best checkpoint; of equal
    ones the first.

    Args:
        settings: `section.parameter=value` of each branch.
        figures: metrics of each, as evaluate returns them.
        evaluations: output folder of each evaluation, with the record of its parameters.

    Raises:
        InputError: no branch has an error rate on val.
    """
    assignments = itertools.chain(*settings)
    names = list(dict.fromkeys(assignment.partition("=")[0] for assignment in assignments))
    records = [Record.read(folder) for folder in evaluations]
    labels = [_label(record, names) for record in records]
    eers = [criterion(metrics) for metrics in figures]
    order = sorted(range(len(eers)), key=eers.__getitem__)
    first, second = order[:2]
    if eers[first] > 1:
        raise InputError("no branch has an error rate on val; raise split.val")
    head = ["settings", *RATE_COLUMNS, "MLflow run"]
    rows = [[labels[i], *rate_cells(figures[i]), records[i].run_id or "–"] for i in order]
    difference = _difference(
        evaluations[first], evaluations[second], names=(labels[first], labels[second])
    )
    report = [
        "# Settings compared on val",
        f"**{labels[first]}** is the best on val and goes on to test, which the comparison did "
        "not look at.",
        _table([head, *rows]),
        f"Best and second: {difference}.",
    ]
    runs = [record.run_id for record in records if record.run_id]
    return Choice(first, labels[first], eers[first], "\n\n".join(report) + "\n", runs)


def track(choice: Choice) -> None:
    """Puts the branches' MLflow runs under one parent, which holds the report and the best."""
    name = f"of {len(choice.runs)} settings"
    with (
        dvc_experiments.parent_run(PARENT, name, choice.runs) as parent,
        TemporaryDirectory() as folder,
    ):
        parent.log_metrics({CRITERIA[0]: choice.eer})
        parent.set_tags({"best": choice.settings})
        (Path(folder) / "report.md").write_text(choice.report, encoding="utf-8")
        parent.log_artifacts(Path(folder), PARENT)


def _label(record: Record, names: Sequence[str]) -> str:
    return " ".join(f"{name}={record.params[name]}" for name in names)


def _difference(best: Path, second: Path, names: tuple[str, str]) -> str:
    try:
        return sentence(compare(best, second)[0], *names)
    except InputError as error:
        reason = str(error).replace(str(best), names[0]).replace(str(second), names[1])
        return f"their difference has no interval: {reason}"


def _check_single(assignment: str, params: Sections) -> None:
    """Refuses the name of several parameters: the label of a branch has a value of each."""
    name = assignment.partition("=")[0]
    value: Any = params
    for key in name.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, dict):
        raise InputError(
            f"{assignment}: {name} holds several parameters; "
            f"vary single ones, as {name}.{min(value)}=…"
        )


def _table(rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in rows]
    rule = "|" + "---|" * (lines[0].count("|") - 1)
    return "\n".join([lines[0], rule, *lines[1:]])
