"""Comparison of settings by error rate on val: one DVC experiment and one MLflow run each, under
one parent run.
"""

import itertools
import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import yaml

from components.evaluate.report.formatting import align_columns, percent, sample_sizes
from components.shared.runtime import bounded_yaml
from components.shared.runtime.errors import InputError, redact_credentials
from components.shared.tracking.record import yaml_text
from components.shared.verification.metric_names import CRITERIA, criterion, split
from pipelines import sections
from pipelines.experiments import dvc_experiments, parent_runs, tested_collections
from pipelines.experiments.absolute_paths import absolute_paths
from pipelines.experiments.parent_runs import Branch, Comparison, markdown_table, params_of

PART = "evaluate.part"
RATE_COLUMNS = [
    "val EER %, skilled",
    "comparisons",
    "val EER %, random",
    "comparisons",
    "identities",
]


class Outcome(NamedTuple):
    """One experiment: its name, the varied settings, its metrics and its MLflow run."""

    name: str
    settings: tuple[str, ...]
    figures: dict[str, float]
    run_id: str | None


def combinations(grid: Sequence[str]) -> list[tuple[str, ...]]:
    """Returns all combinations of `section.parameter=value,value…`, each as single assignments.

    The values are those of a sequence in YAML: `'a, b',c` are two.

    Raises:
        InputError: a part of the grid names no values.
    """
    axes = []
    for axis in grid:
        name = axis.partition("=")[0]
        axes.append([f"{name}={yaml_text(value)}" for value in _values(axis)])
    return list(itertools.product(*axes))


def compare(grid: Sequence[str], assignments: Sequence[str]) -> list[Outcome]:
    """Runs every combination of a grid, or goes on where an earlier comparison was stopped.

    Only val is evaluated, and nothing is shipped: a search that looked at test would make its
    figures worthless. Where the combinations test other collections, nothing is searched, and test
    is evaluated too.

    Args:
        grid: `section.parameter=value,value…`.
        assignments: `section.parameter=value`, equal for all.

    Returns:
        The outcomes, the best on val first; in the order of the grid where they test other
        collections.

    Raises:
        InputError: a combination is refused, before any is run, or an experiment fails.
    """
    defaults = sections.read(dvc_experiments.PARAMS)
    settings = combinations(grid)
    varied = {axis.partition("=")[0] for axis in grid}
    if PART in varied | {assignment.partition("=")[0] for assignment in assignments}:
        raise InputError(f"{PART} is val in a comparison, which never looks at test; leave it out")
    common = _common(assignments, varied)
    part = tested_collections.part(settings)
    checked = [sections.override(defaults, [*common, *each]) for each in settings]
    outcomes = []
    for number, (each, values) in enumerate(zip(settings, checked, strict=True), start=1):
        sys.stderr.write(f"\n[{number}/{len(settings)}] {' '.join(each)}\n")
        paths = absolute_paths(values)
        outcomes.append(_experiment(each, [*common, f"{PART}={part}", *each, *paths]))
    ordered = sorted(outcomes, key=lambda outcome: criterion(outcome.figures))
    _track(ordered, grid, common)
    return outcomes if tested_collections.are_varied(settings) else ordered


def rate_cells(figures: Mapping[str, float]) -> list[str]:
    """Formats the cells below `RATE_COLUMNS`; a dash for what is missing.

    Both rates stand with their intervals and numbers of comparisons.
    """
    cells, identities = [], "–"
    for name in CRITERIA:
        if name in figures:
            identities, comparisons = sample_sizes(figures, split(name)[0])
            cells += [percent(figures, name), comparisons]
        else:
            cells += ["–", "–"]
    return [*cells, identities]


def table(outcomes: Sequence[Outcome]) -> str:
    """Formats the outcomes as text, a line each."""
    return align_columns(_rows(outcomes), left=2)


def conclusion(outcomes: Sequence[Outcome], assignments: Sequence[str]) -> str:
    """Returns what is to be said below the table: how to measure the best on test, unless test is
    what the table shows.
    """
    if tested_collections.are_varied([outcome.settings for outcome in outcomes]):
        return tested_collections.NOTE
    command = command_on_test(outcomes[0], assignments)
    return f"Test was not looked at. To measure the first on it:\n{command}"


def command_on_test(best: Outcome, assignments: Sequence[str]) -> str:
    """Returns the command that measures the best combination on test, and ships it; passwords in
    addresses are left out.
    """
    common = _common(assignments, {setting.partition("=")[0] for setting in best.settings})
    options = dvc_experiments.set_options([*common, *best.settings])
    return redact_credentials(shlex.join(["dvc", "exp", "run", *options]))


def _rows(outcomes: Sequence[Outcome]) -> list[list[str]]:
    """Returns the table's rows, the heading first."""
    rows = []
    if tested_collections.are_varied([outcome.settings for outcome in outcomes]):
        rows.append(["settings", "experiment", *tested_collections.RATE_COLUMNS])
        for outcome in outcomes:
            cells = tested_collections.rate_cells(outcome.settings, outcome.figures)
            rows.append([" ".join(outcome.settings), outcome.name, *cells])
        return rows
    rows.append(["settings", "experiment", *RATE_COLUMNS])
    for outcome in outcomes:
        rows.append([" ".join(outcome.settings), outcome.name, *rate_cells(outcome.figures)])
    return rows


def _values(axis: str) -> list[object]:
    name, _, text = axis.partition("=")
    try:
        values = bounded_yaml.parse(f"[{text}]")
    except yaml.YAMLError:
        values = None
    if not name or not isinstance(values, list) or not values or text.rstrip().endswith(","):
        raise InputError(
            f"{axis}: write <section>.<parameter>=<value>,<value>…, "
            "and 'in quotes' a value that holds , [ ] { } or #"
        )
    return values


def _common(assignments: Sequence[str], varied: set[str]) -> list[str]:
    return [assignment for assignment in assignments if assignment.partition("=")[0] not in varied]


def _experiment(settings: tuple[str, ...], assignments: Sequence[str]) -> Outcome:
    label = "-".join(setting.partition(".")[2] for setting in settings)
    name = dvc_experiments.run(label, assignments, until="evaluate")
    return Outcome(name, settings, dvc_experiments.read_metrics(name), dvc_experiments.run_id(name))


def _track(outcomes: Sequence[Outcome], grid: Sequence[str], common: Sequence[str]) -> None:
    branches = [Branch(" ".join(each.settings), each.figures, each.run_id) for each in outcomes]
    varied = {axis.partition("=")[0]: yaml_text(_values(axis)) for axis in grid}
    report = f"The best on val: **{branches[0].settings}**\n\n{markdown_table(_rows(outcomes))}\n"
    parent_runs.track(Comparison(" × ".join(grid), branches, params_of(common) | varied, report))
