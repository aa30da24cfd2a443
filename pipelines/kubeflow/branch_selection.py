"""The best of several trainings by error rate on val, and its difference to the second."""

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from components.evaluate.paired_comparison import compare, sentence
from components.shared.runtime.errors import InputError
from components.shared.tracking.record import Record
from components.shared.verification.metric_names import criterion
from pipelines import sections
from pipelines.experiments import parent_runs, tested_collections
from pipelines.experiments.grid import RATE_COLUMNS, rate_cells
from pipelines.experiments.parent_runs import Branch, Comparison, markdown_table
from pipelines.sections import Sections

LARGEST_ARGUMENT = 131_071
"""Bytes of one argument of a program on Linux; KFP hands a task all its inputs in one."""
ARTIFACTS = 3
"""Of each branch, in that argument."""
OF_ARTIFACT = 700
"""Bytes of an artifact beside its address: its name and type, and what a server notes of it."""
ADDRESS = 200
"""Bytes of its address, where it is not known yet."""
OF_OTHERS = 4096


class Choice(NamedTuple):
    """The best branch of a comparison.

    Attributes:
        best: its index among the branches.
        branches: all of them, the best first.
        varied: the values of each varied parameter.
        report: the branches as Markdown.
    """

    best: int
    branches: list[Branch]
    varied: dict[str, str]
    report: str


def branches(
    settings: Sequence[Sequence[str]], params: Sections, address: int = ADDRESS
) -> list[Sections]:
    """Returns the sections split, train and evaluate of each branch; test is not read there, unless
    the branches test other collections.

    Args:
        settings: `section.parameter=value` of each branch.
        params: the sections that all branches start from.
        address: bytes of an artifact's address.

    Raises:
        InputError: there is nothing to choose from, or more than one task can take; or a setting
            is wrong, of another section than split and train, or of several parameters at once.
    """
    if len(settings) < 2:
        raise InputError(
            f"{len(settings)} settings: there is nothing to compare; give at least two"
        )
    _check_size(settings, address)
    common = {step: params[step] for step in ("split", "train")}
    evaluate = {**params["evaluate"], "part": tested_collections.part(settings)}
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

    Where the branches test other collections, the report has their rates on test.

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
    runs = [record.run_id or "–" for record in records]
    if tested_collections.are_varied(settings):
        report = _collections_report(settings, figures, labels, runs, labels[first])
    else:
        head = ["settings", *RATE_COLUMNS, "MLflow run"]
        rows = [[labels[i], *rate_cells(figures[i]), runs[i]] for i in order]
        difference = _difference(
            evaluations[first], evaluations[second], names=(labels[first], labels[second])
        )
        report = [
            "# Settings compared on val",
            f"**{labels[first]}** is the best on val and goes on to test, which the comparison did "
            "not look at.",
            markdown_table([head, *rows]),
            f"Best and second: {difference}.",
        ]
    compared = [Branch(labels[i], figures[i], records[i].run_id) for i in order]
    varied = {name: _values(records, name) for name in names}
    return Choice(first, compared, varied, "\n\n".join(report) + "\n")


def _collections_report(
    settings: Sequence[Sequence[str]],
    figures: Sequence[Mapping[str, float]],
    labels: Sequence[str],
    runs: Sequence[str],
    best: str,
) -> list[str]:
    """Returns the paragraphs of the report on branches that test other collections."""
    rows = [["settings", *tested_collections.RATE_COLUMNS, "MLflow run"]]
    for each, metrics, label, run in zip(settings, figures, labels, runs, strict=True):
        rows.append([label, *tested_collections.rate_cells(each, metrics), run])
    return [
        "# Collections tested, each by a model that has not seen it",
        tested_collections.NOTE,
        markdown_table(rows),
        f"**{best}** is the best on val, and is what the pipeline ships. Branches have other "
        "identities on val: that it is the best says nothing of its training. A model for use is "
        "trained on all collections, with split.by fraction.",
    ]


def track(choice: Choice) -> None:
    """Puts the branches' MLflow runs under one parent, which holds the report and the best."""
    name = f"of {len(choice.branches)} settings"
    parent_runs.track(Comparison(name, choice.branches, choice.varied, choice.report))


def _label(record: Record, names: Sequence[str]) -> str:
    return " ".join(f"{name}={record.params[name]}" for name in names)


def _values(records: Sequence[Record], name: str) -> str:
    """Returns the values of a parameter, as a list in YAML."""
    return f"[{', '.join(dict.fromkeys(record.params[name] for record in records))}]"


def _difference(best: Path, second: Path, names: tuple[str, str]) -> str:
    try:
        return sentence(compare(best, second)[0], *names)
    except InputError as error:
        reason = str(error).replace(str(best), names[0]).replace(str(second), names[1])
        return f"their difference has no interval: {reason}"


def _check_size(settings: Sequence[Sequence[str]], address: int) -> None:
    """Refuses more branches than fit into the one argument that `choose` gets."""
    of_settings = len(json.dumps(settings))
    of_branch = ARTIFACTS * (OF_ARTIFACT + address)
    if OF_OTHERS + of_settings + len(settings) * of_branch <= LARGEST_ARGUMENT:
        return
    each = of_branch + of_settings // len(settings)
    raise InputError(
        f"{len(settings)} settings: more than Kubeflow can hand to the task that chooses, about "
        f"{(LARGEST_ARGUMENT - OF_OTHERS) // each}; compare fewer at once"
    )


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
