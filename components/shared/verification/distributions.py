"""distributions.json: how the evidence of genuine and of impostor comparisons lay on test."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.shared.storage.reading import read_json, reading

DISTRIBUTIONS = "distributions.json"
EDGES = tuple(number / 2 for number in range(-40, 41))
"""Natural log-likelihood ratios between the bins that evidence is counted in."""
BINS = len(EDGES) + 1


@dataclass(frozen=True)
class Distribution:
    """Counts of the evidence of comparisons, before it is bounded.

    Attributes:
        kind: of the impostors, `skilled` or `random`.
        references: how many a claim had.
        edges: [E], ascending natural log-likelihood ratios between the bins. The first bin has all
            below the first edge; a bin has its lower edge.
        genuine: [E + 1], number of genuine comparisons in each bin.
        impostor: [E + 1], number of impostor comparisons in each bin.
        n_identities: number of identities with comparisons of both sides.
    """

    kind: str
    references: int
    edges: tuple[float, ...]
    genuine: tuple[int, ...]
    impostor: tuple[int, ...]
    n_identities: int

    def __post_init__(self) -> None:
        """Checks that the counts fit the edges.

        Raises:
            ValueError: they do not.
        """
        if not self.edges or not np.isfinite(self.edges).all():
            raise ValueError("edges must be numbers")
        if self.references < 1 or self.n_identities < 0:
            raise ValueError("references and identities must be counts")
        if any(low >= high for low, high in pairwise(self.edges)):
            raise ValueError("edges must ascend")
        for counts in (self.genuine, self.impostor):
            if len(counts) != len(self.edges) + 1 or min(counts) < 0 or not sum(counts):
                raise ValueError("counts must be one more than the edges, and count something")


def bins(evidence: ArrayLike, edges: Sequence[float] = EDGES) -> NDArray[np.intp]:
    """Returns the bin of each evidence.

    >>> bins([-99.0, 0.0, 0.4, 0.5, 99.0]).tolist()
    [0, 41, 41, 42, 81]
    """
    return np.searchsorted(np.asarray(edges), np.asarray(evidence, np.float64), side="right")


def count(evidence: ArrayLike, edges: Sequence[float] = EDGES) -> tuple[int, ...]:
    """Counts evidence [n] by bin: [E + 1]."""
    return tuple(np.bincount(bins(evidence, edges), minlength=len(edges) + 1).tolist())


def lookup(rows: Iterable[Distribution], kind: str, references: int) -> Distribution | None:
    """Returns the distribution with so many references, or with the most below that were measured.

    None where no such number was measured.
    """
    reached = [row for row in rows if row.kind == kind and row.references <= references]
    return max(reached, key=lambda row: row.references, default=None)


def write(rows: Sequence[Distribution], folder: Path) -> None:
    """Writes distributions.json into `folder`, a line for each row."""
    lines = [json.dumps(asdict(row), allow_nan=False) for row in rows]
    text = "[\n" + ",\n".join(lines) + "\n]\n"
    (folder / DISTRIBUTIONS).write_text(text, encoding="utf-8")


def read(folder: Path) -> tuple[Distribution, ...]:
    """Reads distributions.json of `folder`; () where there is none, as in earlier versions.

    Raises:
        InputError: it is not what `write` writes.
    """
    path = folder / DISTRIBUTIONS
    if not path.exists():
        return ()
    with reading(path, "not what evaluate writes; evaluate and freeze the model again"):
        return tuple(read_json(path, list[Distribution]))
