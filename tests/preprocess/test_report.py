"""The report of preprocess on the source files."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from components.ingest import step as ingest
from components.ingest.params import IngestParams, SampleParams
from components.preprocess import step
from components.preprocess.params import PreprocessParams
from components.shared.data import catalog
from tests.pictures import over_white
from tests.shared.slow_normalise import slow_smoothed

PARAMS = PreprocessParams(height=16, width=24)


def sample(folder: Path, **settings: object) -> Path:
    params = {"identities": 24, "genuine": 4, "forgeries": 4, **settings}
    ingest.run(IngestParams(sample=SampleParams.model_validate(params)), folder / "raw")
    return folder / "raw"


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample(tmp_path_factory.mktemp("even"))


@pytest.fixture(scope="module")
def prepared(raw: Path) -> Path:
    step.run(PARAMS, raw, raw.parent / "prepared", raw.parent / "report")
    return raw.parent / "prepared"


def test_sources_say_what_each_file_is_in_the_order_of_the_index(raw: Path, prepared: Path) -> None:
    sources = pd.read_parquet(prepared / "sources.parquet")
    index = pd.read_parquet(prepared / "index.parquet")
    assert list(sources.columns) == ["mode", "dpi", "median_grey", "file_bytes", "height", "width"]
    assert len(sources) == len(index)
    for path, row in zip(index["path"], sources.to_dict("records"), strict=True):
        with Image.open(raw / path) as image:
            grey = slow_smoothed(np.asarray(over_white(image).convert("L")))
            assert row == {
                "mode": image.mode,
                "dpi": 0,
                "median_grey": np.sort(grey, axis=None)[(grey.size - 1) // 2],
                "file_bytes": (raw / path).stat().st_size,
                "height": image.height,
                "width": image.width,
            }
    assert set(sources["mode"]) == {"L", "P", "RGBA"}


@pytest.mark.parametrize("channels", [1, 3])
def test_the_median_grey_of_photographs_is_that_of_their_pixels(
    raw: Path, channels: int, tmp_path: Path
) -> None:
    params = PreprocessParams.model_validate(
        {"mode": "none", "channels": channels, "height": 16, "width": 24}
    )
    step.run(params, raw, tmp_path / "out")
    sources = pd.read_parquet(tmp_path / "out" / "sources.parquet")
    index = pd.read_parquet(tmp_path / "out" / "index.parquet")
    for path, median in zip(index["path"], sources["median_grey"], strict=True):
        with Image.open(raw / path) as image:
            grey = np.sort(np.asarray(over_white(image).convert("L")), axis=None)
        assert median == grey[(grey.size - 1) // 2]


def test_a_sample_that_leaks_nothing_is_not_warned_of(prepared: Path) -> None:
    metrics = json.loads((prepared.parent / "report" / "metrics.json").read_text())
    assert (metrics["images"], metrics["rejected"], metrics["identities"]) == (192, 0, 24)
    source = metrics["probe"]["source"]
    assert source["auc_ci_low"] <= source["auc"] <= source["auc_ci_high"]
    assert source["auc"] < 0.75
    assert (source["n_identities"], source["n_images"]) == (24, 192)
    assert "warning" not in (prepared.parent / "report" / "summary.txt").read_text()


def test_paper_that_leaks_is_found_and_warned_of(tmp_path: Path) -> None:
    figures = step.run(
        PARAMS, sample(tmp_path, leak="paper"), tmp_path / "prepared", tmp_path / "report"
    )
    assert figures["probe/source/auc"] > 0.999
    assert figures["probe/source/best_statistic_auc"] > 0.999
    count, probe, warning = (tmp_path / "report" / "summary.txt").read_text().splitlines()
    assert count == "192 images of 24 identities prepared, 0 rejected, 0 duplicates"
    assert "best alone: median_grey, 1.000 (1.000–1.000); 24 identities, 192 images" in probe
    assert warning.startswith("warning: the files themselves tell forged from genuine")


def test_what_tells_collections_apart_in_the_files_is_found(tmp_path: Path) -> None:
    own = {"identities": 8, "genuine": 3, "forgeries": 2}
    papers = {"plain": "none", "grey": "paper"}
    source = [
        {"name": name, "source": "sample", "sample": {**own, "seed": seed, "leak": leak}}
        for seed, (name, leak) in enumerate(papers.items())
    ]
    ingest.run(IngestParams.model_validate({"source": source}), tmp_path / "raw")
    step.run(PARAMS, tmp_path / "raw", tmp_path / "prepared", tmp_path / "report")
    metrics = json.loads((tmp_path / "report" / "metrics.json").read_text())
    told = metrics["probe"]["collections"]["source"]
    assert (told["chance"], told["n_identities"], told["n_images"]) == (0.5, 16, 80)
    summary = (tmp_path / "report" / "summary.txt").read_text()
    assert f"balanced accuracy {told['balanced_accuracy']:.3f} (" in summary.splitlines()[-1]


def test_disguised_signatures_are_in_no_figure_but_their_own(tmp_path: Path) -> None:
    raw = sample(tmp_path, identities=3, forgeries=0)
    rows = catalog.rows(raw)
    lines = [f"{r['path']},{r['identity']},{r['kind']},{r['sha256']}" for r in rows]
    lines[0] = lines[0].replace("genuine", "disguised").replace("/disguised/", "/genuine/")
    (raw / "catalog.csv").write_text("\n".join(["path,identity,kind,sha256", *lines]) + "\n")
    figures = step.run(PARAMS, raw, tmp_path / "prepared", tmp_path / "report")
    assert (figures["images"], figures["disguised"]) == (11, 1)
    summary = (tmp_path / "report" / "summary.txt").read_text()
    assert "; 1 disguised signatures are kept apart, for figures of their own" in summary
    assert json.loads((tmp_path / "report" / "metrics.json").read_text())["disguised"] == 1


def test_without_forgeries_there_is_no_probe(tmp_path: Path) -> None:
    raw = sample(tmp_path, identities=3, forgeries=0)
    assert step.run(PARAMS, raw, tmp_path / "prepared", tmp_path / "report") == {
        "images": 12,
        "rejected": 0,
        "duplicates": 0,
        "inverted": 0,
        "identities": 3,
    }
    summary = (tmp_path / "report" / "summary.txt").read_text()
    assert summary == "12 images of 3 identities prepared, 0 rejected, 0 duplicates\n"


def test_failure_to_acquire_is_told_by_reason_where_quality_is_judged(tmp_path: Path) -> None:
    raw = sample(tmp_path, identities=3)
    victim = sorted(raw.rglob("*.png"))[0]
    line = np.full((120, 260), 235, np.uint8)
    line[58:62, 60:200] = 40
    Image.fromarray(line).save(victim)
    values = PARAMS.model_dump() | {"quality": True, "max_rejected": 0.5}
    figures = step.run(PreprocessParams(**values), raw, tmp_path / "out", tmp_path / "report")
    assert figures["failure_to_acquire"] == figures["rejected"] / (
        figures["rejected"] + figures["images"]
    )
    summary = (tmp_path / "report" / "summary.txt").read_text(encoding="utf-8")
    assert "1 × too little ink" in summary
