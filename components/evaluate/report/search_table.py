"""The table of searches (1:N): error rates by the size of the gallery, and what they mean."""

from components.evaluate.params import EvaluateParams
from components.evaluate.report.formatting import (
    Metrics,
    Row,
    Table,
    percent,
    policy_in_words,
    sample_sizes,
)
from components.shared.verification.floors import counts
from components.shared.verification.identification_rates import FNIR, FPIR, measured_sizes
from components.shared.verification.metric_names import at_threshold

HEAD = (
    "refs",
    "people enrolled",
    "FPIR % (95 % interval)",
    "FNIR %",
    "identities",
    "probes",
)


def searches_table(metrics: Metrics, params: EvaluateParams) -> Table:
    """Returns FPIR and FNIR at the limits that val chose, by the number of people enrolled."""
    rows: list[Row] = []
    for each in measured_sizes(metrics):
        names = [f"{each.group}/{at_threshold(rate)}" for rate in (FPIR, FNIR)]
        cells = [percent(metrics, name) for name in names]
        sizes = sample_sizes(metrics, each.group, "n_probes")
        rows.append((str(each.references), f"{each.gallery_size:,}", *cells, *sizes))
    policy = policy_in_words(params.target_name)
    title = f"searches among people who are enrolled, at the limits that val chose ({policy})"
    return Table(title, HEAD, rows, search_sentence(metrics))


def search_sentence(metrics: Metrics) -> str:
    """Returns the rates of the largest gallery and most references in a sentence; or nothing."""
    known = measured_sizes(metrics)
    if not known:
        return ""
    last = known[-1]
    names = [f"{last.group}/{at_threshold(rate)}" for rate in (FPIR, FNIR)]
    given, missed = counts([metrics[name] for name in names])
    plural = "" if last.references == 1 else "s"
    return (
        f"Among {last.gallery_size:,} people with {last.references} reference{plural} each, "
        f"{given} searches for a stranger are given somebody (FPIR), and {missed} searches for an "
        "enrolled person do not find theirs (FNIR)."
    )
