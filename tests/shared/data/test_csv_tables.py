"""CSV files of figures."""

import math
from pathlib import Path

import pandas as pd
import pytest

from components.shared.data.csv_tables import write_csv

PROJECT = Path(__file__).resolve().parents[3]


def test_a_missing_value_is_nan_and_read_as_such(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    table = pd.DataFrame({"curve": ["a", None], "step": [0, 10], "loss": [math.nan, 1 / 3]})
    write_csv(table, path, digits=None)
    assert path.read_text() == "curve,step,loss\na,0,NaN\nNaN,10,0.3333333333333333\n"
    pd.testing.assert_frame_equal(pd.read_csv(path), table)


@pytest.mark.parametrize(("digits", "text"), [(None, "0.6666666666666666"), (9, "0.666666667")])
def test_a_number_has_the_digits_that_are_asked_for(
    digits: int | None, text: str, tmp_path: Path
) -> None:
    write_csv(pd.DataFrame({"rate": [2 / 3]}), tmp_path / "table.csv", digits)
    assert (tmp_path / "table.csv").read_text() == f"rate\n{text}\n"


def test_no_other_code_writes_csv_files_of_tables() -> None:
    writers = []
    for folder in ("components", "pipelines"):
        for path in (PROJECT / folder).rglob("*.py"):
            if ".to_csv(" in path.read_text():
                writers.append(path.relative_to(PROJECT).as_posix())
    assert sorted(writers) == [
        "components/evaluate/scoring/evaluation_set.py",  # a text to be hashed
        "components/shared/data/csv_tables.py",
    ]
