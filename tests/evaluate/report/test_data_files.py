"""The data files."""

import json
from pathlib import Path

import pandas as pd
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.report import data_files
from components.shared.verification.decision_file import Decisions
from tests.evaluate.embeddings import made_up


def test_figures_decisions_and_curves_have_a_file_each(tmp_path: Path) -> None:
    part = made_up(EvaluateParams(draws=2), 4, 7, 2)
    metrics = {"verification/skilled/refs_1/eer": 0.25}
    data_files.write(tmp_path, metrics, part.verifications, Decisions())
    tree = json.loads((tmp_path / "metrics.json").read_text())
    assert tree == {"verification": {"skilled": {"refs_1": {"eer": 0.25}}}}
    assert json.loads((tmp_path / "summary.json").read_text()) == {"eer_skilled": 0.25}
    assert (tmp_path / "decision.json").is_file()
    roc, det = pd.read_csv(tmp_path / "roc.csv"), pd.read_csv(tmp_path / "det.csv")
    assert roc["curve"].tolist() == det["curve"].tolist()
    assert roc["curve"].nunique() == len(part.verifications)
    assert (roc["tpr"] + det["frr"]).tolist() == pytest.approx([1] * len(roc))
