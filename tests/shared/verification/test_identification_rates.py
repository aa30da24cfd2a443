"""The rates of searches on test, written, read and looked up."""

from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from components.shared.verification import identification_rates
from components.shared.verification.decision_limits import Limits
from components.shared.verification.identification_policy import SearchLimits
from components.shared.verification.identification_rates import SearchRates, group, lookup
from components.shared.verification.measured_rates import Rate

ROWS = [
    SearchRates(
        references=references,
        gallery_size=size,
        policy="review",
        fpir=Rate(0.02, 0.01, 0.04),
        fnir=Rate(0.1 / references),
        strangers_reviewed=Rate(0.2, 0.1, 0.3),
        enrolled_reviewed=Rate(0.3),
        n_identities=100,
        n_probes=700,
    )
    for references in (1, 5)
    for size in (1, 10)
]


def limits(references: int, size: int, extrapolated: bool = False) -> SearchLimits:
    return SearchLimits(Limits.single(1.0), references, size, extrapolated)


def test_rates_are_those_at_the_very_limits_that_answer() -> None:
    assert lookup(ROWS, limits(5, 10), "review") == ROWS[3]
    assert lookup(ROWS, limits(1, 1), "review") == ROWS[0]
    assert lookup(ROWS, limits(5, 30), "review") is None
    assert lookup(ROWS, limits(3, 10), "review") is None
    assert lookup(ROWS, limits(5, 10), "cost") is None


def test_of_extrapolated_limits_nothing_was_measured() -> None:
    assert lookup(ROWS, limits(5, 10, extrapolated=True), "review") is None


def test_rates_are_read_as_they_were_written(tmp_path: Path) -> None:
    identification_rates.write(ROWS, tmp_path)
    assert identification_rates.read(tmp_path) == ROWS


def test_without_rates_there_is_no_file(tmp_path: Path) -> None:
    identification_rates.write([], tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert identification_rates.read(tmp_path) == []


@pytest.mark.parametrize("text", ["", "[1]", '[{"references": 5}]', "[null]", "3"])
def test_a_damaged_file_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "identification.json").write_text(text)
    with pytest.raises(InputError, match=r"identification\.json: not what evaluate writes"):
        identification_rates.read(tmp_path)


def test_figures_are_named_by_references_and_gallery() -> None:
    assert group(5, 30) == "identification/refs_5/gallery_30"
