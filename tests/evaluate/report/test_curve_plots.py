"""ROC and DET plots: their lines are the curves, on the scales they claim."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.report import curve_plots
from components.evaluate.scoring.curve_bands import CurveBand
from components.evaluate.scoring.roc_curves import curve
from components.evaluate.scoring.verification import Verification
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(draws=2)
FAR = np.array([0.01, 0.1, 0.5])
BAND = CurveBand(FAR, np.array([0.2, 0.1, 0.0]), np.array([0.6, 0.4, 0.2]))


@pytest.fixture(scope="module")
def verifications() -> list[Verification]:
    return made_up(PARAMS, 6, 7, 4).verifications


def test_the_roc_is_one_minus_frr_over_far_in_per_cent(verifications: list[Verification]) -> None:
    (axes,) = curve_plots.roc(verifications, [None] * 4, "test").axes
    *lines, diagonal = axes.get_lines()
    for line, verification in zip(lines, verifications, strict=True):
        points = curve(verification)
        np.testing.assert_array_equal(line.get_xdata(), 100 * points.far)
        np.testing.assert_array_equal(line.get_ydata(), 100 * (1 - points.frr))
    assert diagonal.get_label() == "FAR = FRR"
    assert axes.get_title() == "ROC, test identities"
    assert axes.get_xlabel() == "false acceptance rate (FAR), %"
    assert axes.get_ylabel() == "true acceptance rate (1 − FRR), %"
    assert axes.get_xlim()[1] == 100


def test_a_band_of_the_roc_is_in_per_cent_too(verifications: list[Verification]) -> None:
    (axes,) = curve_plots.roc(verifications, [BAND, None, None, None], "test").axes
    low, high = axes.collections[0].get_paths()[0].get_extents().get_points()
    assert (low.tolist(), high.tolist()) == ([1, 40], [50, 100])


def test_the_det_is_on_normal_deviates(verifications: list[Verification]) -> None:
    assert curve_plots.normal_deviate([0.5, 0.841344746]) == pytest.approx([0, 1])
    (axes,) = curve_plots.det(verifications, [None] * 4, "val").axes
    low, high = axes.get_xlim()
    assert (low, high) == pytest.approx(curve_plots.normal_deviate([0.001, 0.8]))
    assert np.isfinite(axes.get_lines()[0].get_ydata()).all()


@pytest.mark.parametrize("plot", [curve_plots.roc, curve_plots.det])
def test_only_curves_with_a_band_are_shaded(
    plot: Callable[..., Any], verifications: list[Verification]
) -> None:
    (axes,) = plot(verifications, [BAND, None, None, None], "test").axes
    assert len(axes.collections) == 1
