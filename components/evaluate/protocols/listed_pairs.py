"""Lists of comparisons that collections were published with, scored as they were published.

Where a list has folds, the accuracy is the mean over them, each with the threshold that is best on
the others (Huang et al. 2007, of LFW). The threshold of the EER is chosen on the list itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import ComparedPart, Metrics
from components.evaluate.scoring.confidence_intervals import eer, share_of
from components.evaluate.scoring.verification import Verification
from components.shared.data.copies import Duplicate
from components.shared.data.pairs import ListedPair
from components.shared.verification.comparisons import Fusion, Scores, mean
from components.shared.verification.decision import Decision, as_distance
from components.shared.verification.metric_names import at_threshold, in_list

TABLE = "listed_pairs.csv"
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Lists(NamedTuple):
    """The outcome of all lists: metrics by name, notices, and all scores (CSV, by file name)."""

    metrics: Metrics
    notices: Sequence[str] = ()
    tables: Mapping[str, pd.DataFrame] = {}


class Usable(NamedTuple):
    """A comparison that can be scored.

    Attributes:
        number: in its list.
        references: places of images of the reported part.
        probe: place of the questioned image.
        same: whether it is genuine, and of the references' identity.
        fold: of the list; 0: none.
    """

    number: int
    references: list[int]
    probe: int
    same: bool
    fold: int


class Sorted(NamedTuple):
    """The comparisons of one list.

    Attributes:
        usable: those of which all identities are in the reported part.
        left_out: number of the others.
        people: number of identities that the list names.
        strangers: number of these that are not in the reported part.
    """

    usable: list[Usable]
    left_out: int
    people: int
    strangers: int


def measure_lists(
    pairs: Sequence[ListedPair],
    index: pd.DataFrame,
    copies: Sequence[Duplicate],
    part: ComparedPart,
    decision: Decision | None,
    params: EvaluateParams,
) -> Lists:
    """Scores each list on the identities of a part; comparisons with others are left out.

    Args:
        pairs: of all lists.
        index: of the image store: path and identity.
        copies: images that are not in the store, with those that they copy.
        part: the reported part.
        decision: of val, if there is one.
        params: of the step.
    """
    metrics: Metrics = {}
    notices: list[str] = []
    frames: list[pd.DataFrame] = []
    rows = {str(path): row for row, path in enumerate(index["path"])}
    rows |= {copy.path: rows[copy.original] for copy in copies if copy.original in rows}
    for name, listed in groupby(sorted(pairs), key=lambda pair: pair.list):
        comparisons = _sort(list(listed), rows, index, part)
        notices += _notices(name, comparisons)
        counts = {"n_left_out": comparisons.left_out, "n_strangers": comparisons.strangers}
        metrics |= {in_list(name, figure): float(count) for figure, count in counts.items()}
        if {each.same for each in comparisons.usable} == {True, False}:
            figures, frame = _measure(name, comparisons.usable, part, decision, params)
            metrics |= figures
            frames.append(frame)
    tables = {TABLE: pd.concat(frames, ignore_index=True)} if frames else {}
    return Lists(metrics, notices, tables)


def accuracy(distance: Floats, same: Bools, fold: NDArray[np.intp]) -> tuple[float, float] | None:
    """Computes the mean accuracy over folds, and its standard error.

    Args:
        distance: [n], of comparisons.
        same: bool [n], whether they are genuine.
        fold: int [n].

    Returns:
        None for fewer than two folds.
    """
    numbers = np.unique(fold)
    if len(numbers) < 2:
        return None
    shares = []
    for number in numbers:
        inside = fold == number
        limit = best_threshold(distance[~inside], same[~inside])
        shares.append(np.mean((distance[inside] <= limit) == same[inside]))
    return float(np.mean(shares)), float(np.std(shares, ddof=1) / np.sqrt(len(shares)))


def best_threshold(distance: Floats, same: Bools) -> float:
    """Returns the threshold with the fewest errors: of several ones the least, halfway between two
    distances.

    >>> best_threshold(np.array([1.0, 3.0, 4.0, 2.0]), np.array([True, True, False, True]))
    3.5
    """
    order = np.argsort(distance, kind="stable")
    values, same = distance[order], same[order]
    correct = np.concatenate([[0], np.cumsum(np.where(same, 1, -1))])
    edges = np.concatenate([[-np.inf], values, [np.inf]])
    correct[edges[:-1] == edges[1:]] = -len(values)  # no threshold parts equal distances
    accepted = int(np.argmax(correct))
    if accepted in (0, len(values)):
        return float(edges[accepted]) if accepted else -np.inf
    return float((edges[accepted] + edges[accepted + 1]) / 2)


def _sort(
    listed: Sequence[ListedPair],
    rows: Mapping[str, int],
    index: pd.DataFrame,
    part: ComparedPart,
) -> Sorted:
    """Sorts the comparisons of a list into those that can be scored and those that are left out."""
    place_of = {int(row): place for place, row in enumerate(part.part.rows)}
    identity = index["identity"].tolist()
    people: set[str] = set()
    usable: list[Usable] = []
    total = 0
    for number, own in groupby(listed, key=lambda pair: pair.comparison):
        total += 1
        pairs = list(own)
        paths = [pair.reference for pair in pairs] + [pairs[0].probe]
        known = [rows.get(path) for path in paths]
        people.update(identity[row] for row in known if row is not None)
        places = [None if row is None else place_of.get(row) for row in known]
        references = [place for place in places[:-1] if place is not None]
        # References that cannot be used are missed by nobody; those of other parts were seen.
        is_seen = any(row is not None and row not in place_of for row in known)
        if references and places[-1] is not None and not is_seen:
            usable.append(Usable(number, references, places[-1], pairs[0].same, pairs[0].fold))
    strangers = people - set(part.part.names)
    return Sorted(usable, total - len(usable), len(people), len(strangers))


def _measure(
    name: str,
    usable: Sequence[Usable],
    part: ComparedPart,
    decision: Decision | None,
    params: EvaluateParams,
) -> tuple[Metrics, pd.DataFrame]:
    """Computes the figures of one list; returns them and a row for each comparison."""
    same = np.array([each.same for each in usable])
    fold = np.array([each.fold for each in usable])
    distance = np.array(list(_fused(usable, part, mean)))
    verification = _verification(usable, part, distance, same)
    metrics = {in_list(name, "n_pairs"): float(len(usable))}
    metrics[in_list(name, "n_identities")] = float(len(verification.scored.names))
    estimates = {"eer": eer(verification)}
    frame = pd.DataFrame({"list": name, "comparison": [each.number for each in usable]})
    frame = frame.assign(same=same.astype(int), fold=fold, distance=distance)
    if decision is not None:
        evidence = np.array(list(_fused(usable, part, decision.fusion(decision.kind))))
        estimates["decision_eer"] = eer(_verification(usable, part, evidence, same))
        frame["evidence"] = evidence
        metrics |= _carried(name, usable, part, evidence, decision, params)
    for figure, estimate in estimates.items():
        metrics[in_list(name, figure)] = estimate.value
        metrics |= estimate.ends(in_list(name, figure))
    share = accuracy(distance, same, fold)
    if share is not None:
        metrics[in_list(name, "accuracy")], metrics[in_list(name, "accuracy_se")] = share
    return metrics, frame


def _fused(usable: Sequence[Usable], part: ComparedPart, fuse: Fusion) -> Iterator[float]:
    """Yields one distance for each comparison."""
    vectors = np.asarray(part.embeddings, np.float64)
    for each in usable:
        everyone = np.ones((1, len(each.references)), bool)
        yield float(fuse(vectors[each.references], vectors[[each.probe]], everyone)[0, 0])


def _carried(
    name: str,
    usable: Sequence[Usable],
    part: ComparedPart,
    evidence: Floats,
    decision: Decision,
    params: EvaluateParams,
) -> Metrics:
    """Computes FAR and FRR at the limits that val chose for the target."""
    counts = {len(each.references) for each in usable}
    limits = {count: decision.limits(decision.kind, count, params.target_name) for count in counts}
    high = {count: limit.high for count, limit in limits.items() if limit is not None}
    if len(high) < len(counts):
        return {}
    limit = as_distance(np.array([high[len(each.references)] for each in usable]))
    same = np.array([each.same for each in usable])
    (false_accepts, false_rejects), *_ = _verification(
        usable, part, evidence - limit, same
    ).scored.errors([0.0])
    return share_of(in_list(name, at_threshold("far")), false_accepts) | share_of(
        in_list(name, at_threshold("frr")), false_rejects
    )


def _verification(
    usable: Sequence[Usable], part: ComparedPart, distance: Floats, same: Bools
) -> Verification:
    claimed = part.part.identity[[each.references[0] for each in usable]]
    probed = part.part.identity[[each.probe for each in usable]]
    genuine = Scores.of_columns(distance[same], claimed[same], probed[same])
    impostor = Scores.of_columns(distance[~same], claimed[~same], probed[~same])
    return Verification("random", 1, genuine, impostor)


def _notices(name: str, comparisons: Sorted) -> list[str]:
    """Returns a sentence where comparisons of a list are left out."""
    if not comparisons.left_out:
        return []
    total = comparisons.left_out + len(comparisons.usable)
    text = f"Of the {total:,} comparisons of the list {name} {len(comparisons.usable):,} are scored"
    if comparisons.strangers:
        text += (
            f": {comparisons.strangers:,} of its {comparisons.people:,} people are not among those "
            "that are tested, and the model may have seen them"
        )
    return [f"{text}; such figures are not those of the whole list."]
