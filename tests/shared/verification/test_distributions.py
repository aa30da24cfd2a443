"""The distributions of evidence, counted, written, read and looked up."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from components.shared.runtime.errors import InputError
from components.shared.verification import distributions
from components.shared.verification.distributions import (
    BINS,
    EDGES,
    Distribution,
    bins,
    count,
    lookup,
)

ROW = Distribution("skilled", 1, (-1.0, 0.5), (0, 2, 7), (5, 1, 0), 9)


def test_evidence_is_counted_in_the_bin_whose_lower_edge_it_reaches() -> None:
    assert count([-1.5, -1.0, 0.0, 0.5, 99.0, -99.0], (-1.0, 0.5)) == (2, 2, 2)
    assert count([], (-1.0, 0.5)) == (0, 0, 0)


def test_each_bin_of_the_common_edges_is_half_a_unit_wide() -> None:
    assert (EDGES[0], EDGES[-1], BINS) == (-20.0, 20.0, 82)
    evidence = np.random.default_rng(0).uniform(-25, 25, 500)
    for value, place in zip(evidence, bins(evidence), strict=True):
        assert place == 0 or EDGES[place - 1] <= value
        assert place == BINS - 1 or value < EDGES[place]


def test_distributions_are_read_as_they_were_written(tmp_path: Path) -> None:
    rows = (ROW, replace(ROW, references=5))
    distributions.write(rows, tmp_path)
    assert distributions.read(tmp_path) == rows
    distributions.write([], tmp_path)
    assert distributions.read(tmp_path) == ()


def test_a_folder_without_the_file_has_none(tmp_path: Path) -> None:
    assert distributions.read(tmp_path) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"genuine": [1, 2]},
        {"genuine": [0, 0, 0]},
        {"impostor": [1, -1, 2]},
        {"impostor": [1, 0.5, 2]},
        {"edges": [1.0, 0.0]},
        {"edges": []},
        {"edges": [0.0, float("nan")]},
        {"kind": 1},
        {"references": True},
        {"n_identities": None},
    ],
)
def test_a_damaged_row_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    distributions.write([ROW], tmp_path)
    path = tmp_path / "distributions.json"
    [row] = json.loads(path.read_text())
    path.write_text(json.dumps([{**row, **change}]))
    with pytest.raises(InputError, match=r"distributions\.json: not what evaluate writes"):
        distributions.read(tmp_path)


@pytest.mark.parametrize("text", ["", "[1]", "{}x", "[{}]", "[null]", "1"])
def test_a_damaged_file_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "distributions.json").write_text(text)
    with pytest.raises(InputError, match=r"distributions\.json: not what evaluate writes"):
        distributions.read(tmp_path)


def test_the_distribution_is_that_of_the_most_references_that_a_claim_reaches() -> None:
    rows = [replace(ROW, references=count) for count in (5, 1, 3)]
    found = [lookup(rows, "skilled", count) for count in range(7)]
    assert [row and row.references for row in found] == [None, 1, 1, 3, 3, 5, 5]
    assert lookup(rows, "random", 5) is None
