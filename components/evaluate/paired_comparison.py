"""Paired comparison of two models: is one better on the same pairs, or may it be chance?"""

import json
from pathlib import Path
from typing import NamedTuple, TypedDict

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from components.evaluate.report.scores_file import COLUMNS, PAIRS, SCORES
from components.evaluate.scoring import confidence_intervals
from components.evaluate.scoring.roc_curves import label
from components.evaluate.scoring.verification import Verification
from components.shared.runtime.errors import InputError
from components.shared.verification.comparisons import Scores


class Difference(NamedTuple):
    """The EERs of two models on the same pairs.

    Attributes:
        verification: `skilled, 1 reference`.
        left: EER of the first model.
        right: EER of the second.
        ends: of the 95 % interval of left − right, over the same identities; None of too few.
        n_identities: number of identities.
        n_pairs: number of pairs that were compared.
        n_all: number of pairs that these were sampled from.
    """

    verification: str
    left: float
    right: float
    ends: tuple[float, float] | None
    n_identities: int
    n_pairs: int
    n_all: int

    @property
    def better(self) -> str | None:
        """`left` or `right`, where it is better by more than chance."""
        if self.ends is None or self.ends[0] <= 0 <= self.ends[1]:
            return None
        return "left" if self.ends[1] < 0 else "right"


class Pairs(TypedDict):
    """Facts on the pairs of one verification: a digest of which they are, and their number."""

    digest: str
    number: int


class _Report(NamedTuple):
    """The scores of one evaluation.

    Attributes:
        scores: rows of scores.parquet, identities as numbers.
        pairs: by `<kind>/<references>`.
    """

    scores: pd.DataFrame
    pairs: dict[str, Pairs]


def compare(left: Path, right: Path) -> list[Difference]:
    """Compares two evaluations wherever both have a verification, skilled before random.

    Args:
        left: output folder of evaluate.
        right: another.

    Raises:
        InputError: a folder is no evaluation, or the two were not made on the same pairs.
    """
    ours, theirs = _read(left), _read(right)
    common = [name for name in ours.pairs if name in theirs.pairs]
    if not common:
        raise InputError(
            f"{left} and {right} have no verification in common: set evaluate.references alike"
        )
    differences = []
    for name in common:
        kind, references = name.split("/")
        mine = _verification(ours, kind, int(references))
        other = _verification(theirs, kind, int(references))
        if ours.pairs[name] != theirs.pairs[name] or not _have_same_identities(mine, other):
            raise InputError(
                f"{left} and {right} were not made on the same pairs ({label(mine)}): "
                "evaluate both models on the same images, part, draws and seed"
            )
        pairs = ours.pairs[name]["number"]
        differences.append(_difference(mine, other, pairs))
    return differences


def sentence(difference: Difference, left: str, right: str) -> str:
    """Returns a difference in words, for models of these names."""
    count = f"{difference.n_pairs:,}"
    if difference.n_pairs < difference.n_all:
        count += f" of {difference.n_all:,}"
    sizes = f"{difference.n_identities:,} identities, {count} comparisons"
    if difference.ends is None:
        rates = (
            f"EER {_percent(difference.left)} ({left}) and {_percent(difference.right)} ({right})"
        )
        return (
            f"{difference.verification}: {rates}; {sizes} are too few to tell whether it is chance"
        )
    low, high = difference.ends
    gap = difference.left - difference.right
    if gap < 0:
        low, high = -high, -low
    interval = f"{_points(low)} to {_points(high)}"
    answer = f"no difference ({interval} points)"
    if gap:
        winner = left if gap < 0 else right
        answer = f"{winner} is better by {_points(abs(gap))} points ({interval})"
    verdict = "more than chance" if difference.better else "may be chance"
    lower, upper = sorted([difference.left, difference.right])
    rates = f"EER {_percent(lower)} against {_percent(upper)}"
    return f"{difference.verification}: {answer}: {verdict}; {rates}; {sizes}"


def text(differences: list[Difference], left: str, right: str) -> str:
    """Returns the differences in words, a line each."""
    return "\n".join(sentence(difference, left, right) for difference in differences)


def _difference(ours: Verification, theirs: Verification, pairs: int) -> Difference:
    left, right = confidence_intervals.eer(ours), confidence_intervals.eer(theirs)
    identities = len(np.intersect1d(ours.genuine.identity, ours.impostor.identity))
    return Difference(
        verification=label(ours),
        left=left.value,
        right=right.value,
        ends=(left - right).interval(),
        n_identities=identities,
        n_pairs=len(ours.genuine.distance) + len(ours.impostor.distance),
        n_all=pairs,
    )


def _read(folder: Path) -> _Report:
    path = folder / SCORES
    try:
        table = pq.read_table(path)
        if missing := [name for name in COLUMNS if name not in table.column_names]:
            raise InputError(
                f"{path}: has no column {' and no column '.join(map(repr, missing))}, as files of "
                "earlier versions; run evaluate again"
            )
        pairs = json.loads((table.schema.metadata or {})[PAIRS])
        scores = table.select([*COLUMNS]).to_pandas()
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{path}: no such file; name an output folder of evaluate") from None
    except KeyError:
        raise InputError(f"{path}: does not say which pairs it holds; run evaluate again") from None
    except (OSError, ValueError, pa.ArrowException) as error:
        raise InputError(f"{path}: {str(error).splitlines()[0]}; run evaluate again") from None
    names = np.union1d(scores["identity"], scores["probe"])
    numbers = {name: np.searchsorted(names, scores[name]) for name in ("identity", "probe")}
    return _Report(scores.assign(**numbers), pairs)


def _verification(report: _Report, kind: str, references: int) -> Verification:
    rows = report.scores[report.scores["references"] == references]
    genuine = _scores(rows[rows["kind"] == "genuine"])
    return Verification(kind, references, genuine, _scores(rows[rows["kind"] == kind]))


def _scores(rows: pd.DataFrame) -> Scores:
    return Scores.of_columns(rows["distance"], rows["identity"], rows["probe"])


def _have_same_identities(ours: Verification, theirs: Verification) -> bool:
    """Checks that the rows belong to the same identities, in the same order.

    Of too many scores only a sample is in the file, which must be the same one.
    """
    genuine = np.array_equal(ours.genuine.identity, theirs.genuine.identity)
    return genuine and np.array_equal(ours.impostor.identity, theirs.impostor.identity)


def _percent(rate: float) -> str:
    return f"{rate * 100:.1f} %"


def _points(share: float) -> str:
    return f"{round(share * 100, 1) + 0.0:.1f}".replace("-", "−")  # + 0.0: no minus before a zero
