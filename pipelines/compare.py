"""Compares settings by their error rates on val: one DVC experiment and one MLflow run each, under one parent run."""

import itertools
import math
import sys
from collections.abc import Sequence
from typing import NamedTuple

from components.evaluate.cells import aligned
from components.shared.errors import InputError
from pipelines import experiments, sections

CRITERIA = ("val/verification/skilled/refs_1/eer", "val/verification/random/refs_1/eer")


class Outcome(NamedTuple):
    """One experiment: its name, what was varied, the figures on val and the MLflow run."""

    name: str
    settings: tuple[str, ...]
    figures: dict[str, float]
    run_id: str | None


def combinations(grid: Sequence[str]) -> list[tuple[str, ...]]:
    """All combinations of `section.parameter=value,value…`, each as single assignments.

    Raises:
        InputError: a part of the grid names no values.
    """
    axes = []
    for axis in grid:
        name, _, values = axis.partition("=")
        if not name or not all(values.split(",")):
            raise InputError(f"{axis}: write <section>.<parameter>=<value>,<value>…")
        axes.append([f"{name}={value}" for value in values.split(",")])
    return list(itertools.product(*axes))


def compare(grid: Sequence[str], assignments: Sequence[str]) -> list[Outcome]:
    """Runs every combination of a grid, or goes on where an earlier comparison was stopped.

    Args:
        grid: `section.parameter=value,value…`.
        assignments: `section.parameter=value`, equal for all.

    Returns:
        The outcomes, the best on val first.

    Raises:
        InputError: a combination is refused, before any is run, or an experiment fails.
    """
    defaults = sections.read(experiments.PARAMS)
    settings = combinations(grid)
    varied = {axis.partition("=")[0] for axis in grid}
    common = [assignment for assignment in assignments if assignment.partition("=")[0] not in varied]
    checked = [sections.override(defaults, [*common, *each]) for each in settings]
    outcomes = []
    for number, (each, values) in enumerate(zip(settings, checked, strict=True), start=1):
        sys.stderr.write(f"\n[{number}/{len(settings)}] {' '.join(each)}\n")
        outcomes.append(_experiment(each, [*common, *each, *experiments.found_anywhere(values)]))
    outcomes.sort(key=_criterion)
    _gather(outcomes, " × ".join(grid))
    return outcomes


def table(outcomes: Sequence[Outcome]) -> str:
    """The outcomes as text, a line each."""
    head = ["settings", "experiment", "val EER %  skilled", "random"]
    rows = [
        [" ".join(outcome.settings), outcome.name, *(_percent(outcome.figures, name) for name in CRITERIA)]
        for outcome in outcomes
    ]
    return aligned([head, *rows], left=2)


def _experiment(settings: tuple[str, ...], assignments: Sequence[str]) -> Outcome:
    label = "-".join(setting.partition(".")[2] for setting in settings)
    name = experiments.run(label, assignments)
    found = experiments.figures(name)
    return Outcome(name, settings, {key: found.get(key, math.nan) for key in CRITERIA}, experiments.run_id(name))


def _criterion(outcome: Outcome) -> float:
    """As the best checkpoint is chosen: against skilled forgeries where there are any."""
    known = [outcome.figures[name] for name in CRITERIA if not math.isnan(outcome.figures[name])]
    return known[0] if known else math.inf


def _percent(figures: dict[str, float], name: str) -> str:
    return "–" if math.isnan(figures[name]) else f"{100 * figures[name]:.1f}"


def _gather(outcomes: Sequence[Outcome], name: str) -> None:
    with experiments.parent_run("comparison", name, [outcome.run_id for outcome in outcomes]) as parent:
        parent.log_metrics({CRITERIA[0]: _criterion(outcomes[0])})
        parent.set_tags({"best": outcomes[0].name})
