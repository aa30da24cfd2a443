"""Comparisons whose branches test other collections: each by a model that has not seen it.

Such branches answer how well a model does on a collection that it does not know, not which of them
is best: test is looked at, and nothing is chosen by it.
"""

from collections.abc import Mapping, Sequence

from components.evaluate.report.formatting import percent
from components.shared.runtime import bounded_yaml
from components.shared.verification.metric_names import KINDS, at_threshold, decided

TESTED = "split.collections.test"
RATE_COLUMNS = [
    "collection tested",
    "test EER %, skilled",
    "FAR %",
    "FRR %",
    "test EER %, random",
    "FAR %",
    "FRR %",
    "identities",
]
NOTE = (
    "Each collection is tested by a model that has not seen it; FAR and FRR are at the limits that "
    "val of the others chose."
)


def are_varied(settings: Sequence[Sequence[str]]) -> bool:
    """Tells whether branches, each of `section.parameter=value`, test other collections."""
    return len({tested(each) for each in settings}) > 1


def part(settings: Sequence[Sequence[str]]) -> str:
    """Returns what is evaluated: val alone, and test too where branches test other collections."""
    return "both" if are_varied(settings) else "val"


def tested(settings: Sequence[str]) -> str:
    """Returns the collections that a branch tests, with commas; `–` where no setting names any."""
    names = "–"
    for assignment in settings:
        name, _, value = assignment.partition("=")
        if name == TESTED:
            values = bounded_yaml.parse(value)
            names = ", ".join(map(str, values)) if isinstance(values, list) else str(values)
    return names


def rate_cells(settings: Sequence[str], figures: Mapping[str, float]) -> list[str]:
    """Formats the cells below `RATE_COLUMNS`; a dash for what is missing.

    Args:
        settings: of the branch.
        figures: of its evaluation, by name: of the decision model where there is one.
    """
    cells, identities = [tested(settings)], "–"
    for kind in KINDS:
        group = decided(figures, kind, 1)
        names = [f"{group}/{rate}" for rate in ("eer", at_threshold("far"), at_threshold("frr"))]
        cells += [percent(figures, name) or "–" for name in names]
        if f"{group}/n_identities" in figures:
            identities = f"{figures[f'{group}/n_identities']:,.0f}"
    return [*cells, identities]
