"""Plots as PNG files."""

from pathlib import Path

import numpy as np

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import choose_thresholds
from components.evaluate.report import plots
from components.evaluate.report.html import CAPTIONS
from components.evaluate.report.likelihood_plots import Answers
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(draws=2)


def test_every_plot_is_a_png_file_and_the_same_one_again(tmp_path: Path) -> None:
    part = made_up(PARAMS, 6, 7, 4)
    thresholds = choose_thresholds(part, PARAMS)
    (tmp_path / "again").mkdir()
    paths = plots.draw(tmp_path, part.verifications, thresholds, PARAMS)
    again = plots.draw(tmp_path / "again", part.verifications, thresholds, PARAMS)
    assert [path.name for path in paths] == ["roc.png", "det.png", "scores.png", "identities.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]


def test_the_evidence_of_a_decision_has_plots_of_its_own(tmp_path: Path) -> None:
    part = made_up(PARAMS, 6, 7, 4)
    evidence = [Answers("skilled", 1, np.array([0.5, 2.0]), np.array([-2.0, 1.0]))]
    paths = plots.draw(tmp_path, part.verifications, [], PARAMS, evidence)
    names = [path.name for path in paths]
    assert names[-3:] == ["tippett.png", "cross_entropy.png", "reliability.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    assert set(names) == set(CAPTIONS) - {"identification.png"}


def test_without_comparisons_there_is_no_plot(tmp_path: Path) -> None:
    assert plots.draw(tmp_path, [], [], PARAMS) == []
    assert list(tmp_path.iterdir()) == []


def test_without_a_single_reference_identities_are_not_plotted(tmp_path: Path) -> None:
    part = made_up(PARAMS, 6, 7, 4)
    several = [v for v in part.verifications if v.references == 5]
    paths = plots.draw(tmp_path, several, [], PARAMS)
    assert {path.name for path in paths} == {"roc.png", "det.png", "scores.png"}
