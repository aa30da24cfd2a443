"""The rows of history.csv."""

import math
from pathlib import Path

from components.train.loop.history import History

SCORES = {"val/verification/skilled/refs_1/eer": 0.25}


def test_a_row_of_training_figures_is_the_mean_over_the_steps_since_the_last() -> None:
    history = History()
    for loss in (1.0, 2.0, 6.0):
        history.add_step({"loss": loss, "spread": loss / 2})
    values = history.log_steps(3, 0.1)
    assert values == {"train/loss": 3.0, "train/spread": 1.5, "train/learning_rate": 0.1}
    history.add_step({"loss": 5.0, "spread": 0.0})
    assert history.log_steps(4, 0.05)["train/loss"] == 5.0
    assert [row["step"] for row in history.rows] == [3, 4]
    assert history.unlogged == []


def test_scores_join_the_row_of_their_step_or_make_one() -> None:
    history = History()
    history.add_scores(0, SCORES)
    history.add_step({"loss": 1.0})
    history.log_steps(2, 0.1)
    history.add_scores(2, SCORES)
    assert history.rows == [
        {"step": 0, **SCORES},
        {"step": 2, "train/loss": 1.0, "train/learning_rate": 0.1, **SCORES},
    ]


def test_only_a_step_with_finite_scores_is_validated() -> None:
    history = History()
    history.add_scores(0, SCORES)
    history.add_step({"loss": 1.0})
    history.log_steps(2, 0.1)
    assert [history.is_validated(step) for step in (0, 1, 2)] == [True, False, False]
    history.add_scores(2, dict.fromkeys(SCORES, math.nan))
    assert not history.is_validated(2)


def test_a_row_is_found_by_its_step_and_an_unknown_step_has_an_empty_one() -> None:
    history = History()
    history.add_scores(0, SCORES)
    assert history.row_at(0) == {"step": 0, **SCORES}
    assert history.row_at(7) == {}


def test_a_training_without_steps_has_a_column_of_losses_that_dvc_can_plot(tmp_path: Path) -> None:
    history = History()
    history.add_scores(0, SCORES)
    history.write(tmp_path / "history.csv")
    assert (tmp_path / "history.csv").read_text().splitlines() == [
        "step,val/verification/skilled/refs_1/eer,train/loss,val/eer",
        "0,0.25,NaN,0.25",
    ]


def test_what_a_row_lacks_is_written_as_nan(tmp_path: Path) -> None:
    history = History()
    history.add_scores(0, SCORES)
    history.add_step({"loss": 1.0})
    history.log_steps(2, 0.1)
    history.write(tmp_path / "history.csv")
    assert (tmp_path / "history.csv").read_text().splitlines() == [
        "step,val/verification/skilled/refs_1/eer,train/loss,train/learning_rate,val/eer",
        "0,0.25,NaN,NaN,0.25",
        "2,NaN,1.0,0.1,NaN",
    ]


def test_the_curve_of_the_criterion_has_one_name_with_forgeries_and_without(tmp_path: Path) -> None:
    history = History()
    history.add_scores(0, {"val/verification/random/refs_1/eer": 0.125})
    history.add_scores(2, {"val/verification/random/refs_1/eer": 0.5, **SCORES})
    history.write(tmp_path / "history.csv")
    rows = [line.split(",") for line in (tmp_path / "history.csv").read_text().splitlines()]
    assert [row[rows[0].index("val/eer")] for row in rows] == ["val/eer", "0.125", "0.25"]
