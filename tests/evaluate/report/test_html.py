"""The page shows what was found, and nothing of what was not."""

from pathlib import Path

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams, ReportParams
from components.evaluate.protocols.run_protocols import Subject
from components.evaluate.report.html import Page, render
from components.evaluate.report.individuals import People, people
from components.evaluate.scoring.evaluation_set import Part
from components.evaluate.scoring.verification import Verification
from components.shared.verification.comparisons import Scores
from components.shared.verification.threshold import Threshold

KEY = "verification/skilled/refs_1"
METRICS = {
    f"{KEY}/eer": 0.2,
    f"{KEY}/eer_user": 0.1,
    f"{KEY}/auc": 0.8,
    f"{KEY}/frr_at_far_1pct": 0.5,
}
METRICS |= {f"{KEY}/n_identities": 9.0, f"{KEY}/n_pairs": 1234.0}


def probed(auc: float) -> dict[str, float]:
    figures = {
        "auc": auc,
        "auc_ci_low": auc - 0.05,
        "auc_ci_high": auc + 0.04,
        "n_identities": 9.0,
        "n_images": 144.0,
    }
    return METRICS | {f"probe/prepared/{name}": value for name, value in figures.items()}


def page(metrics: dict[str, float], pictures: list[Path] | None = None) -> str:
    origin = {"git revision": "0123abc <dirty>"}
    content = Page(metrics, EvaluateParams(), pictures or [], origin, {"train.mining": "hard"})
    return render(content, People([("anna & co", 0.25)], []))


def test_what_was_not_measured_is_left_out() -> None:
    told = page(METRICS)
    for absent in (
        "Warning",
        "Shortcuts",
        "Curves",
        "confident mistakes",
        "threshold that val chose",
        "What it must",
    ):
        assert absent not in told
    assert "20.0 (–)" in told
    assert told.index("With one reference") < told.index("<table")
    assert "probe" not in told


@pytest.mark.parametrize(("auc", "warned"), [(0.74, False), (0.91, True)])
def test_data_that_give_the_answer_away_are_warned_of_before_any_figure(
    auc: float, warned: bool
) -> None:
    told = page(probed(auc))
    assert f"{auc:.3f} ({auc - 0.05:.3f}–{auc + 0.04:.3f})" in told
    assert ("<strong>Warning.</strong>" in told) == warned
    if warned:
        assert told.index("With one reference") < told.index("Warning.") < told.index("<table")
        assert "9 identities, 144 images" in told


def test_origin_parameters_and_names_are_told_and_escaped() -> None:
    told = page(METRICS)
    for text in ("0123abc &lt;dirty&gt;", "train.mining", "anna &amp; co (25.0 %)"):
        assert text in told


@pytest.mark.parametrize("shown", [True, False])
def test_pictures_are_made_only_where_they_are_wanted(shown: bool) -> None:
    vectors = np.array([[0, 0], [3, 0], [1, 0]], np.float32)
    whose = Part(np.arange(3), ["anna"], np.zeros(3, np.intp), np.array([False, False, True]))
    code = np.zeros(2, np.int32)
    genuine, impostor = (
        Scores(np.array([3], np.float32), code[:1]),
        Scores(np.array([1, 2], np.float32), code),
    )
    found = Verification("skilled", 1, genuine, impostor)
    params = EvaluateParams(report=ReportParams(images=shown))
    images = np.zeros((3, 16, 16, 1), np.uint8)
    told = people(
        images,
        Subject(whose, vectors, [found]),
        [Threshold("skilled", 1, "equal_error", 1.5)],
        params,
    )
    assert len(told.pairs) == (2 if shown else 0)
    assert told.hardest == [("anna", 1.0)]
