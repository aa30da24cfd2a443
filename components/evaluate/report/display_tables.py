"""Tables for people: every rate in words, with its interval and the numbers that it rests on."""

from collections.abc import Callable, Sequence

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols import literature
from components.evaluate.protocols.reference_count import COUNTS, FUSIONS
from components.evaluate.report.collection_table import collection_table
from components.evaluate.report.decision_tables import (
    disguised_table,
    evidence_table,
    is_decided,
    limits_table,
)
from components.evaluate.report.formatting import (
    Metrics,
    Row,
    Table,
    number,
    percent,
    percent_points,
    policy_in_words,
    sample_sizes,
)
from components.evaluate.report.pairs_table import pairs_table
from components.evaluate.report.search_table import searches_table
from components.shared.verification import metric_names
from components.shared.verification.metric_names import (
    BASELINES,
    KINDS,
    MetricGroup,
    at_far,
    carried_rate,
    other_policies,
)

COMPARISONS = ("identities", "comparisons")
PROBES = ("identities", "probes")
CHOSEN_BEFOREHAND = (
    "chosen without a look at test: what a user of these thresholds would meet; "
    "evaluate.target comes first"
)
BY_DISTANCE = "the model by its mean distance, as the floors are"
NO_REJECT_RULE = (
    "no reject rule was chosen on val: its identities are too few, "
    "or this protocol was not asked for there"
)


def protocol_tables(metrics: Metrics, params: EvaluateParams) -> list[Table]:
    """Returns the tables of the chosen protocols, then that of published lists; those without rows
    are left out.

    Args:
        metrics: of the reported part, under the names that those of test have.
        params: of the step.
    """
    tables: list[Table] = []
    for protocol in params.protocol_names:
        tables += [make_table(metrics, params) for make_table in TABLES[protocol]]
    tables.append(pairs_table(metrics, params))
    return [table for table in tables if table.rows]


def target_in_words(params: EvaluateParams) -> str:
    """Returns the policy of the target: `equal error`, or `FAR ≤ 1 %`."""
    return policy_in_words(params.target_name)


def verification_table(metrics: Metrics, params: EvaluateParams) -> Table:
    """Returns the error rates of each kind of impostor, with one reference and with several."""
    rows: list[Row] = []
    for kind in KINDS:
        for references in (1, params.references):
            group = metric_names.verification(kind, references)
            if f"{group}/eer" in metrics:
                rows.append((kind, str(references), *_rates(metrics, group, params)))
    title = f"verification of the {params.reported} identities"
    if is_decided(metrics, params):
        title = f"by the mean distance alone, for comparison with papers: {title}"
    return Table(title, ("impostor", "refs", *_rates_head(params)), rows)


def _threshold_table(metrics: Metrics, params: EvaluateParams) -> Table:
    rows: list[Row] = []
    for policy in _policies(metrics, params):
        for kind in KINDS:
            for references in (1, params.references):
                group = metric_names.verification(kind, references)
                far, frr = _carried(metrics, group, ("far", "frr"), policy, params)
                if far:
                    sizes = sample_sizes(metrics, group)
                    words = policy_in_words(policy)
                    rows.append((words, kind, str(references), far, frr, *sizes))
    head = ("chosen for", "impostor", "refs", "FAR % (95 % interval)", "FRR %", *COMPARISONS)
    title = "at the thresholds that val chose"
    if is_decided(metrics, params):
        title = f"by the mean distance alone, {title}"
    return Table(title, head, rows, CHOSEN_BEFOREHAND)


def _baseline_table(metrics: Metrics, params: EvaluateParams) -> Table:
    rows: list[Row] = []
    for kind in KINDS:
        for floor, name in BASELINES.items():
            group = metric_names.floor(floor, kind)
            if f"{group}/eer" in metrics:
                eer = percent(metrics, f"{group}/eer")
                difference = percent_points(metrics, f"{group}/eer_difference")
                rows.append((kind, name, eer, difference, *sample_sizes(metrics, group)))
    head = ("impostor", "floor", "EER % (95 % interval)", "model − this, points")
    title = "what it must beat, with one reference"
    note = BY_DISTANCE if is_decided(metrics, params) else ""
    return Table(title, (*head, *COMPARISONS), rows, note)


def _accuracy_table(metrics: Metrics, params: EvaluateParams) -> Table:
    group = metric_names.identification(params.references)
    rows: list[Row] = []
    if f"{group}/accuracy" in metrics:
        accuracy = percent(metrics, f"{group}/accuracy")
        rows = [(accuracy, *sample_sizes(metrics, group, "n_probes"))]
    title = f"identification, {params.references} references"
    return Table(title, ("right at rank 1, % (95 % interval)", *PROBES), rows)


def _literature_table(metrics: Metrics, params: EvaluateParams) -> Table:
    group = str(MetricGroup("skilled", 1, literature.PROTOCOL))
    rows: list[Row] = []
    if f"{group}/eer" in metrics:
        rows = [("skilled", *_rates(metrics, group, params))]
    title = (
        f"for comparison with papers; its threshold is chosen on the {params.reported} set itself"
    )
    return Table(title, ("impostor", *_rates_head(params)), rows)


def _reference_count_table(metrics: Metrics, _: EvaluateParams) -> Table:
    rows: list[Row] = []
    for kind in KINDS:
        for references in COUNTS:
            for fusion in FUSIONS if references > 1 else ["mean"]:  # one distance: all are equal
                group = str(MetricGroup(kind, references, "references", fusion))
                if f"{group}/eer" in metrics:
                    name = fusion if references > 1 else "–"
                    eer = percent(metrics, f"{group}/eer")
                    eer_user = percent(metrics, f"{group}/eer_user")
                    sizes = sample_sizes(metrics, group)
                    rows.append((kind, str(references), name, eer, eer_user, *sizes))
    head = ("impostor", "refs", "fused by", "EER % (95 % interval)", "EER/id %", *COMPARISONS)
    return Table("by number of references", head, rows)


def _closed_set_table(metrics: Metrics, params: EvaluateParams) -> Table:
    group = metric_names.identification(params.references)
    rows: list[Row] = []
    for rank in (1, 5, 10):
        if f"{group}/rank_{rank}" in metrics:
            share = percent(metrics, f"{group}/rank_{rank}")
            rows.append((str(rank), share, *sample_sizes(metrics, group, "n_probes")))
    title = f"identification among all, {params.references} references"
    return Table(title, ("rank", "right until there, % (95 % interval)", *PROBES), rows)


def _open_set_table(metrics: Metrics, params: EvaluateParams) -> Table:
    group = metric_names.open_set(params.references)
    title = f"identification with strangers, half of the identities, {params.references} references"
    rates = ("strangers accepted, % (95 % interval)", "recognised, %")
    head = ("rejecting by", *rates, *PROBES, "of strangers")
    if f"{group}/n_probes" not in metrics:
        return Table(title, head, [])
    strangers = f"{metrics[f'{group}/n_stranger_probes']:,.0f}"
    sizes = (*sample_sizes(metrics, group, "n_probes"), strangers)
    dir_at_far = percent(metrics, f"{group}/{at_far('dir', params.far)}")
    rows = [("the largest distance alone, set here", f"≤ {params.far * 100:g}", dir_at_far, *sizes)]
    for policy in _policies(metrics, params):
        far, recognised = _carried(metrics, group, ("far", "dir"), policy, params)
        if far:
            rule = f"distance and gap that val chose for {policy_in_words(policy)}"
            rows.append((rule, far, recognised, *sizes))
    note = NO_REJECT_RULE if len(rows) == 1 and params.reported == "test" else ""
    return Table(title, head, rows, note)


def _policies(metrics: Metrics, params: EvaluateParams) -> list[str]:
    """Returns the policies whose thresholds were carried, the target's first."""
    return [params.target_name, *other_policies(metrics)]


def _carried(
    metrics: Metrics, group: str, rates: Sequence[str], policy: str, params: EvaluateParams
) -> list[str]:
    """Returns the cells of rates at a policy's threshold, empty where it was not carried."""
    names = [carried_rate(group, rate, policy, params.target_name) for rate in rates]
    return [percent(metrics, name) for name in names]


def _rates(metrics: Metrics, group: str, params: EvaluateParams) -> Row:
    return (
        percent(metrics, f"{group}/eer"),
        percent(metrics, f"{group}/eer_user"),
        number(metrics, f"{group}/auc"),
        percent(metrics, f"{group}/{at_far('frr', params.far)}"),
        *sample_sizes(metrics, group),
    )


def _rates_head(params: EvaluateParams) -> Row:
    far = f"FRR@FAR {params.far * 100:g} %"
    return ("EER % (95 % interval)", "EER/id %", "AUC", far, *COMPARISONS)


TABLES: dict[str, tuple[Callable[[Metrics, EvaluateParams], Table], ...]] = {
    "deployed": (
        evidence_table,
        limits_table,
        disguised_table,
        searches_table,
        collection_table,
        verification_table,
        _threshold_table,
        _baseline_table,
        _accuracy_table,
    ),
    "literature": (_literature_table,),
    "references": (_reference_count_table,),
    "identification": (_closed_set_table, _open_set_table),
}
