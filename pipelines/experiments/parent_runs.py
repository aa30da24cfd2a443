"""The MLflow run above the runs of several experiments: their table, their settings, the best."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from components.shared.tracking import mlflow_store, run_tags
from components.shared.tracking.run import Run
from components.shared.tracking.store_requests import answer
from components.shared.verification.metric_names import (
    CRITERIA,
    KINDS,
    N_PAIRS,
    decided,
    ends,
    on_val,
    verification,
)

COMPARISON, CROSSVAL = "comparison", "crossval"
COMMANDS = {COMPARISON: "pipelines compare", CROSSVAL: "pipelines crossval"}
Columns = dict[str, list[str | float | None]]


class Branch(NamedTuple):
    """One combination of settings in a comparison.

    Attributes:
        settings: `section.parameter=value …`.
        figures: of val, by name.
        run_id: its MLflow run; None where the store missed it.
    """

    settings: str
    figures: Mapping[str, float]
    run_id: str | None


class Comparison(NamedTuple):
    """A comparison of settings on val.

    Attributes:
        name: says what is compared.
        branches: the best first.
        params: the varied and the common parameters, by their dotted names.
        report: the branches, as Markdown.
    """

    name: str
    branches: Sequence[Branch]
    params: Mapping[str, str]
    report: str


def track(comparison: Comparison) -> None:
    """Writes a comparison into a parent run of its branches."""
    best = comparison.branches[0]
    children = [branch.run_id for branch in comparison.branches]
    with parent_run(COMPARISON, comparison.name, children) as parent:
        parent.log_params(comparison.params)
        parent.log_evaluation(best.figures, folder="best")
        parent.log_table(branch_columns(comparison.branches), f"{COMPARISON}/settings.json")
        parent.log_text(comparison.report, f"{COMPARISON}/report.md")
        parent.set_tags({"best": best.settings, "best_run_id": best.run_id or "unknown"})
        parent.describe(comparison.report)


def branch_columns(branches: Sequence[Branch]) -> Columns:
    """Returns the columns of the table of branches: EERs on val, intervals, numbers, EERs on test
    where it was measured, the run.
    """
    columns: Columns = {"settings": [branch.settings for branch in branches]}
    for kind, name in zip(KINDS, CRITERIA, strict=True):
        group = on_val(verification(kind, 1))
        names = (name, *ends(name), f"{group}/{N_PAIRS}")
        heads = (f"eer_{kind}", f"eer_{kind}_low", f"eer_{kind}_high", f"comparisons_{kind}")
        for head, figure in zip(heads, names, strict=True):
            columns[head] = [branch.figures.get(figure) for branch in branches]
        on_test = [f"{decided(branch.figures, kind, 1)}/eer" for branch in branches]
        columns[f"eer_{kind}_test"] = [
            branch.figures.get(figure) for branch, figure in zip(branches, on_test, strict=True)
        ]
    columns["run"] = [branch.run_id for branch in branches]
    return {head: cells for head, cells in columns.items() if set(cells) != {None}}


def params_of(assignments: Sequence[str]) -> dict[str, str]:
    """Returns assignments `section.parameter=value` as parameters by name."""
    params = {}
    for assignment in assignments:
        name, _, value = assignment.partition("=")
        params[name] = value
    return params


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """Returns a table in Markdown, its heading first: MLflow's pages break the lines of no text."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    rule = "|" + "---|" * len(rows[0])
    return "\n".join([lines[0], rule, *lines[1:]])


@contextmanager
def parent_run(kind: str, name: str, children: Sequence[str | None]) -> Iterator[Run]:
    """Opens the parent run of the runs of experiments, the same one for the same runs.

    Args:
        kind: of the parent, and its tag: `COMPARISON` or `CROSSVAL`.
        name: of a new parent.
        children: ids; without any, or where the store does not know one, nothing is written.
    """
    parent = Run(None, None)
    ids = sorted(filter(None, children))
    if ids:
        try:
            client = mlflow_store.connect()
            parent = Run(client, answer(lambda: _parent_id(client, kind, name, ids)))
        except Exception as error:  # whatever a store that is down may raise
            parent.disconnect(error)
    yield parent
    parent.end("FINISHED")


def _parent_id(client: Any, kind: str, name: str, children: list[str]) -> str:
    key = hashlib.sha256("\n".join(children).encode()).hexdigest()[:16]
    for child in children:
        client.get_run(child)
    experiment = mlflow_store.experiment_id(client)
    parents = client.search_runs([experiment], f"tags.{kind} = '{key}'")
    tags = {kind: key, run_tags.NAME: f"{kind} {name}", **run_tags.origin(COMMANDS[kind])}
    parent = parents[0] if parents else client.create_run(experiment, tags=tags)
    for child in children:
        client.set_tag(child, run_tags.PARENT, str(parent.info.run_id))
    return str(parent.info.run_id)
