"""rates.json: the error rates of the decision on test, in a bundle, for whoever answers with it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from components.shared.storage.reading import read_json, reading
from components.shared.verification.decision import Decision
from components.shared.verification.metric_names import (
    N_PAIRS,
    REVIEWED,
    carried_rate,
    decision,
    ends,
)
from components.shared.verification.metrics_file import write_json

RATES = "rates.json"


class Rate(NamedTuple):
    """A measured share of comparisons, with the ends of its 95 % interval where it has one."""

    value: float
    low: float | None = None
    high: float | None = None


class MeasuredRates(NamedTuple):
    """The error rates of a policy on test.

    Attributes:
        kind: of the impostors, `skilled` or `random`.
        references: how many a claim had.
        policy: its name.
        far: share of the impostors' claims that were accepted.
        frr: share of the genuine claims that were rejected.
        genuine_reviewed: share of the genuine claims that were left to a person.
        impostors_reviewed: share of the impostors' claims that were left to a person.
        n_identities: number of test identities.
        n_comparisons: number of comparisons.
    """

    kind: str
    references: int
    policy: str
    far: Rate
    frr: Rate
    genuine_reviewed: Rate
    impostors_reviewed: Rate
    n_identities: int
    n_comparisons: int


RATE_FIELDS = ("far", "frr", *REVIEWED.values())


def select(
    metrics: Mapping[str, float], decided: Decision | None, target: str
) -> list[MeasuredRates]:
    """Selects the rates of a decision's policies among the figures of test.

    Args:
        metrics: an evaluation's, by name.
        decided: what was measured; None: nothing.
        target: the policy of `evaluate.target`, whose rates have names of their own.

    Returns:
        Those of the policies, kinds and numbers of references that were measured.
    """
    result = []
    for row in decided.policies if decided else ():
        group = decision(row.kind, row.references)
        names = {rate: carried_rate(group, rate, row.policy, target) for rate in RATE_FIELDS}
        if names["far"] not in metrics or names["frr"] not in metrics:
            continue
        rates = {rate: _rate(metrics, name) for rate, name in names.items()}
        result.append(
            MeasuredRates(
                kind=row.kind,
                references=row.references,
                policy=row.policy,
                n_identities=int(metrics[f"{group}/n_identities"]),
                n_comparisons=int(metrics[f"{group}/{N_PAIRS}"]),
                **rates,
            )
        )
    return result


def lookup(
    rows: Iterable[MeasuredRates], kind: str, references: int, policy: str
) -> MeasuredRates | None:
    """Returns the rates with so many references, or with the most below that were measured.

    More references err less, so that the rates of fewer are on the safe side; `references` of the
    result says how many they are of. None where no such number was measured.
    """
    known = [row for row in rows if (row.kind, row.policy) == (kind, policy)]
    reached = [row for row in known if row.references <= references]
    return max(reached, key=lambda row: row.references, default=None)


def write(rows: Sequence[MeasuredRates], folder: Path) -> None:
    """Writes rates.json into `folder`."""
    content = []
    for row in rows:
        rates = {name: getattr(row, name)._asdict() for name in RATE_FIELDS}
        content.append({**row._asdict(), **rates})
    write_json(folder / RATES, content)


def read(folder: Path) -> list[MeasuredRates]:
    """Reads rates.json of `folder`.

    Raises:
        InputError: it is missing, or not what `write` writes.
    """
    path = folder / RATES
    with reading(path, "not what freeze writes; freeze the model again", "freeze the model again"):
        return read_json(path, list[MeasuredRates])


def _rate(metrics: Mapping[str, float], name: str) -> Rate:
    """Returns a figure with its interval; 0 of what a policy has not: claims left to a person."""
    low, high = ends(name)
    return Rate(metrics.get(name, 0.0), metrics.get(low), metrics.get(high))
