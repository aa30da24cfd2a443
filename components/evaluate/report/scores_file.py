"""scores.parquet: every comparison with its images, distance, evidence and decision."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.compared_images import GENUINE, find_images
from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.evaluate.scoring.verification import Verification
from components.shared.storage.files import UPLOAD
from components.shared.verification.comparisons import Scores
from components.shared.verification.decision import Decision, as_distance, as_score
from components.shared.verification.metric_names import KINDS

MAX_SCORES = 2_000_000
SCORES = "scores.parquet"
PAIRS, EXTENT = b"pairs", b"extent"
COLUMNS = ("identity", "probe", "kind", "references", "distance")
"""The first columns; docs/protocols.md describes all."""
NAMING = {"identity": ("identity", "probe"), "image": ("questioned", "reference_")}
"""What columns name, by their beginnings."""
SIDES = (GENUINE, *KINDS)
OUTCOMES = ("accept", "review", "reject")


class ScoresTable(NamedTuple):
    """Comparisons, one a row.

    Attributes:
        rows: the table.
        extent: in words, how many comparisons of how many these are.
    """

    rows: pa.Table
    extent: str


class _Group(NamedTuple):
    """Comparisons of one kind with one number of references, by the mean distance.

    Attributes:
        kind: `genuine`, `skilled` or `random`.
        references: how many a claim has.
        scores: some or all of them.
        places: int [n], of these among all, ascending.
        total: number of all.
    """

    kind: str
    references: int
    scores: Scores
    places: NDArray[np.intp]
    total: int

    def select(self, rows: NDArray[np.intp]) -> "_Group":
        return self._replace(scores=self.scores.select(rows), places=self.places[rows])


def llr_column(kind: str) -> str:
    """Returns the column of natural log-likelihood ratios against a kind: `llr_skilled`."""
    return f"llr_{kind}"


def write_scores(
    out: Path,
    verifications: Sequence[Verification],
    part: EvaluationSet,
    params: EvaluateParams,
    decision: Decision | None = None,
    decided: Sequence[Verification] = (),
    limit: int = MAX_SCORES,
) -> str:
    """Writes scores.parquet into `out`, and its copy for upload.

    That has numbers in place of people and files: `identity-7` is the eighth identity of the part.
    Its metadata hold, under `extent`, how many comparisons of how many it has, in words; under
    `pairs` and `<kind>/<references>` the number of pairs of each verification and a digest that is
    equal for the same pairs.

    Returns:
        The extent.
    """
    table = scores_table(verifications, part, params, decision, decided, limit)
    pairs: dict[str, dict[str, str | int]] = {}
    for v in verifications:
        pairs[f"{v.kind}/{v.references}"] = {
            "digest": _digest(v, part, params),
            "number": v.scored.n_pairs,
        }
    metadata = {PAIRS: json.dumps(pairs).encode(), EXTENT: table.extent.encode()}
    rows = table.rows.replace_schema_metadata(metadata)
    (out / UPLOAD).mkdir(exist_ok=True)
    coded = [field.name for field in rows.schema if pa.types.is_dictionary(field.type)]
    for path, written in ((out / SCORES, rows), (out / UPLOAD / SCORES, _without_names(rows))):
        pq.write_table(written, path, use_dictionary=coded, compression="zstd")
    return table.extent


def scores_table(
    verifications: Sequence[Verification],
    part: EvaluationSet,
    params: EvaluateParams,
    decision: Decision | None = None,
    decided: Sequence[Verification] = (),
    limit: int = MAX_SCORES,
) -> ScoresTable:
    """Lists comparisons with their images.

    Args:
        verifications: comparisons to list, by the mean distance; genuine ones that several of them
            share appear once.
        part: the images.
        params: of the step.
        decision: of val.
        decided: the same comparisons by its evidence.
        limit: of all rows; above it each kind (genuine, skilled, random) and number of references
            has an equal share at most, a uniform random sample that is always the same.
    """
    groups = _groups(verifications)
    there = sum(len(group.places) for group in groups)
    share = there if there <= limit else limit // len(groups)
    tables = []
    for group in groups:
        some = group.select(_sample(len(group.places), share))
        columns = _comparisons(some, part) | _images(some, part, params)
        columns |= _evidence(some, params, decision, decided)
        tables.append(pa.table(columns))
    rows = pa.concat_tables(tables, promote_options="default") if tables else _EMPTY
    rows = rows.select(sorted(rows.column_names, key=_order))
    return ScoresTable(rows, _extent(len(rows), sum(group.total for group in groups)))


def _without_names(rows: pa.Table) -> pa.Table:
    """Returns the table with numbers in place of identities and images."""
    for place, name in enumerate(rows.column_names):
        word = next((word for word, columns in NAMING.items() if name.startswith(columns)), None)
        if word is None or not pa.types.is_dictionary(rows.schema.field(name).type):
            continue
        chunks = []
        for chunk in rows.column(name).chunks:
            numbered = [f"{word}-{number}" for number in range(len(chunk.dictionary))]
            names = pa.array(numbered, pa.string())
            chunks.append(pa.DictionaryArray.from_arrays(chunk.indices, names))
        rows = rows.set_column(place, name, pa.chunked_array(chunks, _TEXT))
    return rows


def _groups(verifications: Iterable[Verification]) -> list[_Group]:
    groups: dict[tuple[str, int], _Group] = {}
    for v in verifications:
        genuine, impostor = v.places
        number = v.scored.n_impostors
        sides = [
            _Group(GENUINE, v.references, v.genuine, genuine, v.scored.n_pairs - number),
            _Group(v.kind, v.references, v.impostor, impostor, number),
        ]
        for group in sides:
            known = groups.setdefault((group.kind, group.references), group)
            if len(known.places) < len(group.places):
                groups[group.kind, group.references] = group
    return list(groups.values())


def _comparisons(group: _Group, part: EvaluationSet) -> dict[str, pa.Array]:
    scores, count = group.scores, len(group.places)
    probe = scores.identity if scores.probe is None else scores.probe
    columns = {
        "identity": _coded(scores.identity, part.names),
        "probe": _coded(probe, part.names),
        "kind": _coded(np.full(count, SIDES.index(group.kind)), SIDES),
        "references": pa.array(np.full(count, group.references, np.int32)),
        "distance": pa.array(scores.distance),
    }
    if part.collection is not None:
        names, code = np.unique(part.collection, return_inverse=True)
        of_identity = np.zeros(len(part.names), np.int32)
        of_identity[part.identity] = code
        columns["collection"] = _coded(of_identity[scores.identity], names.tolist())
    return columns


def _images(group: _Group, part: EvaluationSet, params: EvaluateParams) -> dict[str, pa.Array]:
    draws = params.draws_of(group.references)
    images = find_images(part.labels, group.kind, draws, group.places)
    columns = {"questioned": _coded(images.questioned, part.paths)}
    for number, references in enumerate(images.references.T, 1):
        columns[f"reference_{number}"] = _coded(references, part.paths)
    return columns


def _evidence(
    group: _Group,
    params: EvaluateParams,
    decision: Decision | None,
    decided: Iterable[Verification],
) -> dict[str, pa.Array]:
    """Returns evidence, likelihood ratios and outcomes at the target's limits."""
    columns: dict[str, pa.Array] = {}
    for v in decided:
        if decision is None or v.references != group.references:
            continue
        if group.kind not in {GENUINE, v.kind}:
            continue
        side = 0 if group.kind == GENUINE else 1
        distance = _at((v.genuine, v.impostor)[side].distance, v.places[side], group.places)
        known = np.isfinite(distance)
        evidence = np.where(known, as_score(distance), np.nan)
        columns[f"evidence_{v.kind}"] = _numbers(evidence)
        columns[llr_column(v.kind)] = _numbers(decision.llr(v.kind, evidence))
        limits = decision.limits(v.kind, v.references, params.target_name)
        if limits is not None:
            accepted = distance <= float(as_distance(limits.high))
            rejected = distance > float(as_distance(limits.low))
            outcome = np.where(accepted, 0, np.where(rejected, 2, 1)).astype(np.int32)
            columns[f"decision_{v.kind}"] = _coded(np.where(known, outcome, -1), OUTCOMES)
    return columns


def _at(
    values: NDArray[np.float32], places: NDArray[np.intp], wanted: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Returns the values at some places, NaN where there is none."""
    at = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
    return np.where(places[at] == wanted, values[at], np.float32(np.nan))


def _coded(codes: NDArray[np.integer], names: Sequence[str]) -> pa.Array:
    """Returns names by their numbers, as a dictionary; those of −1 are missing."""
    numbers = np.asarray(codes, np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(numbers, mask=numbers < 0), pa.array(names, pa.string())
    )


def _numbers(values: NDArray[np.float64]) -> pa.Array:
    return pa.array(values.astype(np.float32), from_pandas=True)


def _order(column: str) -> int:
    """Returns the place of a column; those with one place stay in their order."""
    first, _, last = column.rpartition("_")
    places = [*COLUMNS, "collection", "questioned", "reference", "evidence", "llr", "decision"]
    return places.index(first if first in places and last else column)


def _extent(rows: int, total: int) -> str:
    if rows == total:
        return f"all {total:,} comparisons"
    return f"{rows:,} of {total:,} comparisons, drawn at random"


def _digest(verification: Verification, part: EvaluationSet, params: EvaluateParams) -> str:
    """Hashes all that decides the pairs: the images, and the draws of several references."""
    draws = [] if verification.references == 1 else [params.draws, params.seed]
    facts = [part.digest, verification.kind, verification.references, *draws]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _sample(count: int, limit: int) -> NDArray[np.intp]:
    """Returns the rows, or so many of them, sorted."""
    rows = np.arange(count)
    if count <= limit:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, limit, replace=False))


_TEXT = pa.dictionary(pa.int32(), pa.string())
_EMPTY = pa.table(
    {
        "identity": pa.array([], _TEXT),
        "probe": pa.array([], _TEXT),
        "kind": pa.array([], _TEXT),
        "references": pa.array([], pa.int32()),
        "distance": pa.array([], pa.float32()),
    }
)
