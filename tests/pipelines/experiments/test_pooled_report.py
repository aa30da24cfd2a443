"""The report of a cross-validation: its summary, and its picture."""

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from components.evaluate.params import EvaluateParams
from pipelines.experiments.pooled_folds import Fold, measure, pool, spread
from pipelines.experiments.pooled_report import draw, plot_pool, summarise
from tests.pipelines.experiments.folds import FIRST, SECOND, fold

PARAMS = EvaluateParams()


def test_the_summary_has_a_line_a_fold_their_mean_and_sd_and_the_pool_with_interval_and_n() -> None:
    folds = [FIRST, SECOND]
    pooled = pool(folds)
    summary = summarise(folds, pooled, spread(folds) | measure(pooled, PARAMS), PARAMS)
    cells = [line.split() for line in summary.splitlines()]
    assert ["0", "1", "50.0", "(0.0–100.0)"] in cells
    assert ["1", "1", "0.0", "(0.0–100.0)"] in cells
    assert ["mean", "±", "sd", "25.0", "±", "35.4"] in cells
    assert ["skilled", "1", "25.0", "(–)"] in [line[:4] for line in cells]
    assert ["2", "8"] in [line[-2:] for line in cells]
    assert summary.endswith("2 identities, 8 comparisons; 25.0 ± 35.4 % over 2 folds.")


def test_the_summary_has_the_floors_with_mean_and_sd_and_how_far_the_model_is_from_them() -> None:
    hog, start = "floor/hog/skilled/refs_1/eer", "floor/start/skilled/refs_1/eer"
    rates = [
        {hog: 0.25, f"{hog}_difference": -0.125, f"{hog}_difference_ci_low": -0.2, start: 0.125},
        {hog: 0.5, f"{hog}_difference": -0.25, f"{hog}_difference_ci_low": -0.3},
    ]
    pairs = zip([FIRST, SECOND], rates, strict=True)
    folds = [Fold({**each.metrics, **floors}, each.scores) for each, floors in pairs]
    pooled = pool(folds)
    summary = summarise(folds, pooled, spread(folds) | measure(pooled, PARAMS), PARAMS)
    cells = [line.split() for line in summary.splitlines()]
    assert ["skilled", "HOG", "37.5", "±", "17.7", "−18.8", "±", "8.8"] in cells
    (line,) = [line for line in summary.splitlines() if "its own start" in line]
    assert line.endswith(" 12.5")


def test_a_verification_that_is_incomplete_in_a_fold_is_named_in_the_summary() -> None:
    both = fold(0.5, c={"genuine": [1], "skilled": [2], "random": [3, 4]})
    folds = [FIRST, Fold(both.metrics, both.scores[both.scores["distance"] != 4])]
    together = pool(folds)
    metrics = spread(folds) | measure(together, PARAMS)
    summary = summarise(folds, together, metrics, PARAMS)
    assert "random, 1 ref: not pooled, for a fold kept only a part of its comparisons" in summary


def test_the_picture_has_a_panel_for_each_number_of_references(tmp_path: Path) -> None:
    folds = [FIRST, SECOND]
    several = [
        Fold(
            {**each.metrics, "verification/skilled/refs_5/n_pairs": 4.0},
            pd.concat([each.scores, each.scores.assign(references=5)]),
        )
        for each in folds
    ]
    for number, results in enumerate([folds, several]):
        together = pool(results)
        metrics = spread(results) | measure(together, PARAMS)
        draw(together, metrics, tmp_path / f"{number}.png")
    one = Image.open(tmp_path / "0.png").size
    two = Image.open(tmp_path / "1.png").size
    assert two == (2 * one[0], one[1])


def test_the_curves_of_the_pool_are_in_per_cent() -> None:
    from matplotlib.figure import Figure

    together = pool([FIRST, SECOND])
    axes = Figure().subplots()
    plot_pool(axes, together.pooled, together.folds, measure(together, PARAMS))
    assert axes.get_xlabel().endswith("(FAR), %")
    assert axes.get_ylabel().endswith("(1 − FRR), %")
    for line in axes.get_lines():
        assert np.max(line.get_xdata()) == np.max(line.get_ydata()) == 100
