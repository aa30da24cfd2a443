"""The shortcut probe on all of CEDAR, whose paper gives the answer away, and on the whole generated
sample.

`python -m pytest tests/e2e/test_probe.py -s` prints what is left after each normalisation.
"""

import sys
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from components.evaluate.audit.image_statistics import describe
from components.ingest import step as ingest
from components.ingest.params import IngestParams, SampleParams
from components.preprocess import step as preprocess
from components.preprocess.params import PreprocessParams
from components.shared.data.image_store import open_store
from components.shared.verification import shortcut_probe

MODES: tuple[Literal["none", "tone", "shape"], ...] = ("none", "tone", "shape")


@pytest.fixture(scope="module")
def cedar(cedar_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """data/raw of CEDAR."""
    out = tmp_path_factory.mktemp("cedar") / "raw"
    ingest.run(IngestParams(source=str(cedar_dir), layout="cedar"), out)
    return out


def prepared_and_source(raw: Path, params: PreprocessParams) -> tuple[float, float]:
    """Computes the AUC of the probe of the prepared images, and of that of the source files."""
    out, report = raw.parent / params.mode, raw.parent / "report"
    figures = preprocess.run(params, raw, out, report)
    store = open_store(out)
    statistics = describe(store.images, np.arange(len(store.index)))
    labels = shortcut_probe.labels_of(store.index)
    probe = shortcut_probe.probe(statistics, labels)
    assert probe is not None
    what = f"mode {params.mode}, {params.height}×{params.width}: statistics of the prepared images"
    lines = [
        (report / "summary.txt").read_text(),
        *shortcut_probe.report(probe, "", what, "suspicious").lines,
    ]
    sys.stdout.write("\n" + "\n".join(lines) + "\n")
    return probe.auc.value, figures["probe/source/auc"]


def test_cedar_s_files_give_the_answer_away_and_its_strokes_alone_much_less(cedar: Path) -> None:
    aucs = {}
    for mode in MODES:
        params = PreprocessParams(mode=mode, height=112, width=192)
        aucs[mode], source = prepared_and_source(cedar, params)
        assert source > 0.999
    assert aucs["none"] > 0.99
    assert aucs["none"] >= aucs["tone"] > aucs["shape"] + 0.05


def test_the_sample_s_files_leak_where_they_are_told_to_and_normalising_takes_it_away(
    tmp_path: Path,
) -> None:
    prepared, source = {}, {}
    for leak in ("none", "paper"):
        ingest.run(
            IngestParams(sample=SampleParams.model_validate({"leak": leak})),
            tmp_path / leak / "raw",
        )
        prepared[leak], source[leak] = prepared_and_source(
            tmp_path / leak / "raw", PreprocessParams()
        )
    assert source["paper"] > 0.999
    assert source["none"] < 0.75
    assert prepared["paper"] == pytest.approx(prepared["none"], abs=0.01)
