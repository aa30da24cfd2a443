"""The origin of the results."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.report import origin
from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.shared.data.normalisation import Normalisation
from components.shared.tracking.record import Record

PART = EvaluationSet(np.arange(3), ["a", "b"], np.array([0, 0, 1]), np.zeros(3, bool))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_data_and_model_are_named_by_their_hashes_and_the_code_by_its_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("index.parquet", "split.parquet", "embedder.keras"):
        (tmp_path / name).write_text(name)
    monkeypatch.setenv("GIT_REVISION", "0123abc")
    facts = origin.split_origin({"test": PART}, tmp_path, tmp_path, tmp_path, Record())
    assert facts["test"] == "2 identities, 3 images"
    assert facts["images, sha256 of the index"] == sha256("index.parquet")
    assert facts["split, sha256"] == sha256("split.parquet")
    assert facts["model, sha256"] == sha256("embedder.keras")
    assert facts["MLflow run of the training"] == "none"
    assert facts["git revision"] == "0123abc"
    assert "numpy " in facts["versions"]


def test_parameters_of_all_steps_are_listed_without_credentials() -> None:
    earlier = {"ingest.source": "https://anna:secret@example.org/a.zip", "train.mining": "hard"}
    parameters = origin.parameters(earlier, Normalisation(), EvaluateParams())
    assert parameters["train.mining"] == "hard"
    assert parameters["normalise.height"] == "32"
    assert parameters["evaluate.references"] == "5"
    assert "secret" not in parameters["ingest.source"]
