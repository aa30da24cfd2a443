"""Thresholds: largest distances that are accepted, and threshold.json that carries them."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from components.shared.storage.reading import read_json, reading
from components.shared.verification.metric_names import far_name
from components.shared.verification.metrics_file import write_json

THRESHOLDS = "threshold.json"
EQUAL_ERROR = "equal_error"


class Threshold(NamedTuple):
    """A threshold chosen on the val identities, and the policy that chose it.

    Attributes:
        kind: `skilled`, `random`, or `identification`.
        references: how many a claim, or an enrolled identity, has.
        policy: `equal_error`, or the FAR that was allowed: `far_1pct`.
        threshold: the largest distance that is accepted.
        chosen_on: the part of the split that it was chosen on.
        smallest_gap: of an identification, the least distance from the nearest identity to the
            second nearest.
        n_identities: number of identities that it was chosen on.
        n_impostors: number of their comparisons with impostors, or, of an identification, of
            strangers' probes; those of all draws of the references are counted once.
        least_far: the least FAR that these can show, of `rule_of_three`.

    The last three are None in files of earlier versions.
    """

    kind: str
    references: int
    policy: str
    threshold: float
    chosen_on: str = "val"
    smallest_gap: float | None = None
    n_identities: int | None = None
    n_impostors: int | None = None
    least_far: float | None = None


def policy_of(target: float | str) -> str:
    """Returns the policy's name of a target: `equal_error`, or `far_1pct` for a FAR of 0.01."""
    return EQUAL_ERROR if target == EQUAL_ERROR else far_name(float(target))


def lookup(
    thresholds: Iterable[Threshold],
    kind: str,
    references: int,
    policy: str,
) -> Threshold | None:
    """Returns the threshold for a kind, number of references and policy, or None."""
    own = of_claims(thresholds, kind, references)
    return next((threshold for threshold in own if threshold.policy == policy), None)


def of_claims(thresholds: Iterable[Threshold], kind: str, references: int) -> list[Threshold]:
    """Returns the thresholds of all policies for a kind and number of references."""
    return [t for t in thresholds if (t.kind, t.references) == (kind, references)]


def write(thresholds: Iterable[Threshold], folder: Path) -> None:
    """Writes threshold.json into `folder`; fields that are None are left out."""
    write_json(folder / THRESHOLDS, to_rows(thresholds))


def to_rows(thresholds: Iterable[Threshold]) -> list[dict[str, str | int | float]]:
    """Returns the thresholds as they stand in JSON."""
    return [_row(threshold) for threshold in thresholds]


def read(folder: Path, remedy: str = "run evaluate again") -> list[Threshold]:
    """Reads threshold.json of `folder`.

    Args:
        folder: the output of evaluate, or a bundle.
        remedy: to do where the file is damaged.

    Raises:
        InputError: it is not what `write` writes.
    """
    path = folder / THRESHOLDS
    with reading(path, f"not what evaluate writes; {remedy}", missing=remedy):
        return read_json(path, list[Threshold])


def _row(threshold: Threshold) -> dict[str, str | int | float]:
    return {key: value for key, value in threshold._asdict().items() if value is not None}
