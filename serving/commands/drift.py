"""`python -m serving drift`: whether the model still stands on known ground."""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from components.shared.runtime.errors import InputError
from serving.commands import bundles, opened
from serving.commands.arguments import Commands

if TYPE_CHECKING:
    from serving.engine.drift import Drift
    from serving.engine.model import ServedModel
    from serving.store.evidence import ServedCounts

DAYS = 30
LEFT_GROUND = 1


class Finding(NamedTuple):
    """The outcome of the command.

    Attributes:
        model: the version.
        since: the first day whose answers count.
        rows: comparisons, by number of references.
        unmeasured: number of answers with numbers of references that test had not, by number.
    """

    model: str
    since: date
    rows: "list[Drift]"
    unmeasured: Mapping[int, int]


def add_drift(commands: Commands) -> None:
    """Adds the command."""
    command = opened.add(
        commands,
        "drift",
        "tell whether the evidence served still lies where it was measured on test",
        "drift --since 30",
        "Exit codes: 0, it does, or there are too few answers to tell; 1, it does not; 2, bad "
        "input.",
    )
    command.add_argument(
        "--model", metavar="BUNDLE", help="the model whose answers count; else that of the settings"
    )
    command.add_argument(
        "--since", type=int, default=DAYS, metavar="DAYS", help="how many days of answers count"
    )
    command.add_argument("--json", action="store_true", help="write JSON")
    command.set_defaults(action=_run)


def _run(options: argparse.Namespace) -> None:
    from serving.engine import drift
    from serving.engine import model as served

    if options.since < 0:
        raise InputError(f"--since {options.since}: a number of days, 0 being today alone")
    settings = opened.settings(options, model=options.model)
    with bundles.folder_of(settings.model, settings.cache) as folder:
        model = served.load(folder)
    since = datetime.now(UTC).date() - timedelta(days=options.since)
    with opened.store(options) as store:
        counts = store.evidence.served(model.version, since)
    finding = find(model, counts, since)
    verdict = drift.worst(finding.rows)
    text = json.dumps(_content(finding, verdict)) if options.json else _words(finding, verdict)
    sys.stdout.write(text + "\n")
    if verdict == drift.LEFT:
        raise SystemExit(LEFT_GROUND)


def find(model: "ServedModel", counts: "ServedCounts", since: date) -> Finding:
    """Compares what a model served with what was measured of it.

    Raises:
        InputError: nothing was measured of it, or in other bins.
    """
    from components.shared.verification.distributions import EDGES
    from serving.engine.drift import compare_all

    kind = model.decision.kind
    measured = [row for row in model.distributions if row.kind == kind]
    if not measured or any(row.edges != EDGES for row in measured):
        why = "it was calibrated since" if model.calibration else "evaluate and freeze it again"
        raise InputError(
            f"{model.folder}: holds no distributions of evidence to compare with; {why}"
        )
    served = {claim.references: counts[claim] for claim in counts if claim.kind == kind}
    known = {row.references for row in measured}
    unmeasured = {
        references: int(served[references].sum())
        for references in sorted(served)
        if references not in known
    }
    return Finding(model.version, since, compare_all(measured, served, kind), unmeasured)


def _content(finding: Finding, verdict: str) -> dict[str, Any]:
    rows = []
    for row in finding.rows:
        parts = {"distance": row.distance._asdict(), "outside": row.outside._asdict()}
        rows.append({**row._asdict(), **parts})
    return {
        "model": finding.model,
        "since": finding.since.isoformat(),
        "verdict": verdict,
        "references": rows,
        "unmeasured": finding.unmeasured,
    }


def _words(finding: Finding, verdict: str) -> str:
    from components.shared.model import bundle

    lines = [f"model {bundle.short(finding.model)}, answers since {finding.since.isoformat()}"]
    lines += [_line(row) for row in finding.rows]
    for references, number in finding.unmeasured.items():
        lines.append(f"{_claims(references, number)}: test had none such to compare with")
    if not finding.rows and not finding.unmeasured:
        lines.append("it has answered no claim since")
    lines.append(CONCLUSIONS[verdict])
    return "\n".join(lines)


def _line(row: "Drift") -> str:
    begin = _claims(row.references, row.answers)
    if row.verdict == "too few":
        return f"{begin}: too few to tell"
    distance = row.distance
    return (
        f"{begin}: {row.genuine:.0%} genuine by the best fit; distance from test "
        f"{distance.value:.3f} (95 % interval {distance.low:.3f}–{distance.high:.3f}), by chance "
        f"up to {row.by_chance:.3f}; stability index {row.stability:.3f}; outside all that test "
        f"measured {row.outside.value:.1%}: {MEANINGS[row.verdict]}"
    )


def _claims(references: int, answers: int) -> str:
    return (
        f"{answers:,} {'claim' if answers == 1 else 'claims'} with {references} "
        f"{'reference' if references == 1 else 'references'}"
    )


MEANINGS = {
    "known": "as on test",
    "slight": "beyond chance, but little",
    "left": "not as on test",
}
CONCLUSIONS = {
    "too few": "There are too few answers to tell whether the model stands on known ground "
    "(100 with one number of references are needed).",
    "known": "The model stands on known ground: no difference from test is more than chance.",
    "slight": "The model stands on known ground: it differs from test by more than chance, "
    "but by little.",
    "left": "The model has left known ground: the error rates measured on test may not hold. Look "
    "at what is scanned and by whom; evaluate with reviewed decisions, calibrate or train anew.",
}
"""The last sentence, by verdict."""
