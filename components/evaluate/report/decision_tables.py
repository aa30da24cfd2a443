"""Tables of the decision: what the evidence tells, and what the limits that val chose do."""

from components.evaluate.params import EvaluateParams
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
from components.shared.verification import metric_names
from components.shared.verification.metric_names import (
    CALIBRATION_LOSS,
    CLLR,
    CLLR_MIN,
    EER_GAIN,
    KINDS,
    REVIEWED,
    carried_rate,
)

EVIDENCE = (
    "The evidence of a claim is a likelihood ratio: how many times as probable it is of a genuine "
    "image as of an impostor's. Cllr is what its answers cost, in bits: 0 of perfect ones, 1 of no "
    "evidence at all, more of answers that mislead; the least is what the best calibration would "
    "leave, and the loss is the rest. A gain above 0 is the evidence's over the mean distance."
)
LIMITS = (
    "Chosen without a look at {part}: what a user of this decision would meet; evaluate.target "
    "comes first. evaluate.decision says what wrong decisions cost, and how many of them a review "
    "may leave: there a person decides on all between two limits."
)
DISGUISED = (
    "Written by the identity's own hand so as to be denied later: they are neither genuine nor "
    "forged here, and in no other figure."
)


def is_decided(metrics: Metrics, params: EvaluateParams) -> bool:
    """Tells whether a decision model was measured."""
    return bool(_groups(metrics, params))


def evidence_table(metrics: Metrics, params: EvaluateParams) -> Table:
    """Returns error rates and costs of the evidence, with one reference and with several."""
    rows: list[Row] = []
    for kind, references, group in _groups(metrics, params):
        row = (
            kind,
            str(references),
            percent(metrics, f"{group}/eer"),
            percent(metrics, f"{group}/eer_user"),
            percent_points(metrics, f"{group}/{EER_GAIN}"),
            number(metrics, f"{group}/{CLLR}"),
            _bits(metrics, f"{group}/{CLLR_MIN}"),
            _bits(metrics, f"{group}/{CALIBRATION_LOSS}"),
            *sample_sizes(metrics, group),
        )
        rows.append(row)
    head = (
        "impostor",
        "refs",
        "EER % (95 % interval)",
        "EER/id %",
        "gain in EER, points",
        "Cllr, bits",
        "least",
        "loss",
        "identities",
        "comparisons",
    )
    return Table(f"the decision on the {params.reported} identities", head, rows, EVIDENCE)


def limits_table(metrics: Metrics, params: EvaluateParams) -> Table:
    """Returns FAR, FRR and what is left to a person, at the limits of all policies."""
    target = params.target_name
    policies = dict.fromkeys((target, *params.decision_policies))
    rows: list[Row] = []
    for policy in policies:
        for kind, references, group in _groups(metrics, params):
            names = [
                carried_rate(group, rate, policy, target)
                for rate in ("far", "frr", REVIEWED["genuine"], REVIEWED["impostor"])
            ]
            cells = [percent(metrics, name) for name in names]
            if cells[0]:
                sizes = sample_sizes(metrics, group)
                rows.append((policy_in_words(policy), kind, str(references), *cells, *sizes))
    head = (
        "chosen for",
        "impostor",
        "refs",
        "FAR % (95 % interval)",
        "FRR %",
        "genuine to a person, %",
        "impostors to a person, %",
        "identities",
        "comparisons",
    )
    note = LIMITS.format(part=params.reported)
    return Table("at the limits that val chose", head, rows, note)


def disguised_table(metrics: Metrics, params: EvaluateParams) -> Table:
    """Returns what becomes of disguised signatures; no rows where there are none."""
    target = params.target_name
    rows: list[Row] = []
    for policy in dict.fromkeys((target, *params.decision_policies)):
        for references in metric_names.disguised_references(metrics):
            group = metric_names.disguised(references)
            cells = [
                percent(metrics, metric_names.carried_rate(group, outcome, policy, target))
                for outcome in ("accepted", "rejected", "reviewed")
            ]
            if cells[0]:
                sizes = sample_sizes(metrics, group)
                rows.append((policy_in_words(policy), str(references), *cells, *sizes))
    head = (
        "chosen for",
        "refs",
        "accepted % (95 % interval)",
        "rejected %",
        "to a person, %",
        "identities",
        "comparisons",
    )
    return Table("disguised signatures, at the limits that val chose", head, rows, DISGUISED)


def _groups(metrics: Metrics, params: EvaluateParams) -> list[tuple[str, int, str]]:
    """Returns kind, number of references and group of the decision's figures."""
    groups = []
    for kind in KINDS:
        for references in (1, params.references):
            group = metric_names.decision(kind, references)
            if f"{group}/eer" in metrics:
                groups.append((kind, references, group))
    return groups


def _bits(metrics: Metrics, key: str) -> str:
    return f"{metrics[key]:.3f}" if key in metrics else ""
