"""Two models on the same pairs: is one better, or may it be chance?"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from components.evaluate.report.data_files import PAIRS, SCORES
from components.evaluate.scoring.resampled_rates import ResampledRates
from components.evaluate.scoring.roc_curves import label
from components.evaluate.scoring.verification import Verification
from components.shared.runtime.errors import InputError
from components.shared.verification import error_rates
from components.shared.verification.comparisons import Scores
from components.shared.verification.resampling import draw_weights, interval

RESAMPLINGS = 1000


class Difference(NamedTuple):
    """The EERs of two models, and of their difference the 95 % interval: both are resampled over
    the same identities.

    Attributes:
        verification: `skilled, 1 reference`.
        left: EER of the first model.
        right: EER of the second.
        ends: of the interval of left − right; None for a single identity.
        n_identities: on which this stands.
        n_pairs: likewise; of too many, only some are kept.
        n_all: of how many they were drawn.
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


class _Report(NamedTuple):
    """Rows of scores.parquet, identities by their place among all; what is known of the pairs, by
    kind/references.
    """

    scores: pd.DataFrame
    pairs: dict[str, dict[str, Any]]


def compare(
    left: Path, right: Path, resamplings: int = RESAMPLINGS, seed: int = 0
) -> list[Difference]:
    """Compares two evaluations wherever both have a verification, skilled before random.

    Args:
        left: output folder of evaluate.
        right: another.
        resamplings: of the identities.
        seed: of the resamplings.

    Raises:
        InputError: a folder is no evaluation, or the two were not made on the same pairs.
    """
    ours, theirs = _read(left), _read(right)
    common = [name for name in ours.pairs if name in theirs.pairs]
    if not common:
        raise InputError(
            f"{left} and {right} have no verification in common: set evaluate.references alike"
        )
    found = []
    for name in common:
        kind, references = name.split("/")
        mine, other = (_verification(report, kind, int(references)) for report in (ours, theirs))
        if ours.pairs[name] != theirs.pairs[name] or not _same(mine, other):
            raise InputError(
                f"{left} and {right} were not made on the same pairs ({label(mine)}): evaluate both models on the same "
                "images, part, draws and seed"
            )
        found.append(_difference(mine, other, ours.pairs[name]["number"], resamplings, seed))
    return found


def sentence(found: Difference, left: str, right: str) -> str:
    """The answer in words, for models of these names."""
    gap = found.left - found.right
    kept = f"{found.n_pairs:,}" + (f" of {found.n_all:,}" if found.n_pairs < found.n_all else "")
    stands_on = f"{found.n_identities:,} identities, {kept} comparisons"
    if found.ends is None:
        rates = f"EER {found.left:.1%} ({left}) and {found.right:.1%} ({right})".replace("%", " %")
        return (
            f"{found.verification}: {rates}; {stands_on} are too few to tell whether it is chance"
        )
    winner = left if gap < 0 else right
    low, high = found.ends if gap >= 0 else (-found.ends[1], -found.ends[0])
    within = f"{_points(low)} to {_points(high)}"
    told = (
        f"{winner} is better by {_points(abs(gap))} points ({within})"
        if gap
        else f"no difference ({within} points)"
    )
    rates = f"EER {min(found.left, found.right):.1%} against {max(found.left, found.right):.1%}".replace(
        "%", " %"
    )
    verdict = "more than chance" if found.better else "may be chance"
    return f"{found.verification}: {told}: {verdict}; {rates}; {stands_on}"


def text(found: list[Difference], left: str, right: str) -> str:
    """The answers, a line each."""
    return "\n".join(sentence(each, left, right) for each in found)


def _difference(
    ours: Verification, theirs: Verification, pairs: int, resamplings: int, seed: int
) -> Difference:
    left, right = (ResampledRates(v.genuine, v.impostor) for v in (ours, theirs))
    identities = len(np.intersect1d(ours.genuine.identity, ours.impostor.identity))
    ends = None
    if len(left.names) > 1:
        weights = draw_weights(len(left.names), resamplings, seed)
        ends = interval(left.eer(weights) - right.eer(weights))
    mine, other = (
        error_rates.eer(v.genuine.distance, v.impostor.distance).rate for v in (ours, theirs)
    )
    kept = len(ours.genuine.distance) + len(ours.impostor.distance)
    return Difference(label(ours), mine, other, ends, identities, kept, pairs)


def _read(folder: Path) -> _Report:
    path = folder / SCORES
    try:
        table = pq.read_table(path)
        pairs = json.loads((table.schema.metadata or {})[PAIRS])
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{path}: no such file; name an output folder of evaluate") from None
    except KeyError:
        raise InputError(f"{path}: does not say which pairs it holds; run evaluate again") from None
    except (OSError, ValueError, pa.ArrowException) as error:
        raise InputError(f"{path}: {str(error).splitlines()[0]}; run evaluate again") from None
    scores = table.to_pandas()
    return _Report(
        scores.assign(identity=np.unique(scores["identity"], return_inverse=True)[1]), pairs
    )


def _verification(report: _Report, kind: str, references: int) -> Verification:
    here = report.scores[report.scores["references"] == references]
    genuine, impostor = (_scores(here[here["kind"] == name]) for name in ("genuine", kind))
    return Verification(kind, references, genuine, impostor)


def _scores(rows: pd.DataFrame) -> Scores:
    return Scores(rows["distance"].to_numpy(np.float32), rows["identity"].to_numpy(np.int32))


def _same(ours: Verification, theirs: Verification) -> bool:
    """Whether the rows are of the same pairs: where there are too many scores, only some of them
    are kept.
    """
    sides = ((ours.genuine, theirs.genuine), (ours.impostor, theirs.impostor))
    return all(np.array_equal(left.identity, right.identity) for left, right in sides)


def _points(share: float) -> str:
    return f"{round(share * 100, 1) + 0.0:.1f}".replace("-", "−")  # + 0.0: no minus before a zero
