"""Two generated collections through all steps, divided by identity and by collection, under DVC and
under Kubeflow's local runner.
"""

import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from components.ingest import step
from components.ingest.params import IngestParams
from tests.e2e import secrets
from tests.e2e.repository import Repository
from tests.e2e.test_kubeflow import client
from tests.e2e.test_pipelines import run
from tests.ingest.web_server import serving

OWN = {"genuine": 7, "forgeries": 2}
FIRST = {"name": "first", "source": "sample", "sample": {"seed": 1, "identities": 14, **OWN}}
SECOND = {"source": "sample", "sample": {"seed": 2, "identities": 10, **OWN}}
ASSIGNED = (
    "ingest.source=[{name: first, source: sample, sample: {seed: 1, identities: 14, genuine: 7, "
    "forgeries: 2}}, {name: 'no', source: sample, sample: {seed: 2, identities: 10, genuine: 7, "
    "forgeries: 2}}]"
)
QUOTED = ("split.by=collection", "split.collections.test=[first],['no']")
"""YAML takes the second name for false, unless it is quoted."""
LEFT_OUT = ("split.by=collection", "split.collections.test=[first],[second]")
LONGEST_ARGUMENT = 131_072
"""Bytes; KFP hands a task the metadata of all its inputs as one argument."""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """The tests of this module that use it go on from one another, in order.

    The second collection is behind a password and a signature.
    """
    repository = Repository(tmp_path_factory.mktemp("collections"))
    drawn = tmp_path_factory.mktemp("drawn")
    step.run(IngestParams.model_validate(SECOND), drawn / "raw")
    with zipfile.ZipFile(drawn / "second.zip", "w") as archive:
        for image in sorted((drawn / "raw").rglob("*.png")):
            archive.write(image, Path(*image.relative_to(drawn / "raw").parts[1:]))
    with serving((drawn / "second.zip").read_bytes()) as served:
        repository.environment |= {**secrets.PLANTED, "SOURCE_URLS": secrets.signed(served.address)}
        repository.set(
            {
                "ingest": {"source": [FIRST, {"name": "second", "source": served.address}]},
                "split": {"val": 0.25, "test": 0.25},
                "train": {"steps": 2, "collections_per_batch": "all"},
            }
        )
        yield repository


def figures(repository: Repository) -> dict[str, Any]:
    path = repository.folder / "reports" / "evaluation" / "metrics.json"
    result: dict[str, Any] = json.loads(path.read_text())
    return result


def text(repository: Repository, path: str) -> str:
    return (repository.folder / path).read_text(encoding="utf-8")


def test_collections_divided_by_identity_stand_apart_in_report_and_card(
    repository: Repository,
) -> None:
    stages = ["ingest", "preprocess", "split", "train", "evaluate", "freeze"]
    assert repository.repro() == stages
    assert set(figures(repository)["collection"]) == {"first", "second"}
    told = figures(repository)["probe"]["collections"]
    assert set(told) == {"source", "prepared", "embeddings"}
    history = pd.read_csv(repository.folder / "models" / "embedder" / "history.csv")
    own = [
        history[f"val/collection/{name}/verification/skilled/refs_1/eer"]
        for name in ("first", "second")
    ]
    assert (history["val/eer"] == pd.concat(own, axis=1).max(axis=1)).all(), "the worst one's"
    assert "collections apart: balanced accuracy" in text(
        repository, "reports/preprocess/summary.txt"
    )
    summary = text(repository, "reports/evaluation/summary.txt")
    assert "by collection, on the test identities" in summary
    for values in ("source files", "simple statistics", "the embeddings"):
        assert any(
            line.startswith(values) and "the 2 collections apart" in line
            for line in summary.splitlines()
        ), values
    assert "Collections told apart" in text(repository, "reports/evaluation/report.html")
    card = text(repository, "models/frozen/model_card.md")
    assert all(name in card for name in ("first", "second"))


def test_a_collection_that_was_not_seen_is_tested_by_itself(repository: Repository) -> None:
    parts = {"train": [], "val": [], "test": ["second"]}
    repository.set({"split": {"by": "collection", "collections": parts}})
    assert repository.repro() == ["split", "train", "evaluate", "freeze"]
    assert set(figures(repository)["collection"]) == {"second"}
    split = pd.read_parquet(repository.folder / "data" / "split" / "split.parquet")
    index = pd.read_parquet(repository.folder / "data" / "prepared" / "index.parquet")
    assert set(index.collection[split.part == "test"]) == {"second"}
    assert set(index.collection[split.part != "test"]) == {"first"}
    history = (repository.folder / "models" / "embedder" / "history.csv").read_text()
    assert "val/collection/" not in history, "a single collection is trained on as one source"
    assert (repository.folder / "models" / "frozen" / "manifest.json").is_file()


def test_each_collection_is_left_out_in_an_experiment_and_the_table_says_which(
    repository: Repository,
) -> None:
    repository.set(
        {"split": {"by": "fraction", "collections": {"train": [], "val": [], "test": []}}}
    )
    repository.run("git", "add", "-A")
    repository.run("git", "commit", "-qm", "collections")
    printed = repository.run(sys.executable, "-m", "pipelines", "compare", *LEFT_OUT)
    lines = printed.splitlines()
    (head,) = (number for number, line in enumerate(lines) if line.startswith("settings "))
    assert "collection tested" in lines[head]
    rows = [line for line in lines[head + 1 :] if line.startswith("split.by=collection ")]
    assert ["=[first]" in row for row in rows] == [True, False]
    assert [row.split()[3] for row in rows] == ["first", "second"]
    assert "Each collection is tested by a model that has not seen it" in printed


def test_no_key_token_password_or_signature_is_in_anything_that_the_runs_have_left(
    repository: Repository,
) -> None:
    compiled = repository.run(
        sys.executable, "-m", "pipelines", "compile", "--out", "compiled/pipeline.yaml"
    )
    texts = secrets.contents([repository.folder.parent]) | {"printed": compiled.encode()}
    assert secrets.leaks(texts, ["/data.zip"]), "the search finds nothing at all"
    for name in ("dvc.lock", "mlflow.db", "mlflow_run.json", "pipeline.yaml", "report.html"):
        assert any(path.endswith(f"/{name}") for path in texts), name
    assert secrets.leaks(texts, secrets.SECRETS) == []


def test_a_pipeline_leaves_each_collection_out_in_a_branch_of_its_own(tmp_path: Path) -> None:
    client(tmp_path).create_experiment(
        "signature-recognition", artifact_location=(tmp_path / "artifacts").as_uri()
    )
    own = run(tmp_path, "compare", ("--grid", *QUOTED), ASSIGNED)
    for number, name in enumerate(("first", "no")):
        branch = own / f"for-loop-1-iteration-{number}" / "evaluate" / "evaluation"
        metrics = json.loads((branch / "metrics.json").read_text())
        assert set(metrics["collection"]) == {name}
        assert "val" in metrics
    report = (own / "choose" / "report").read_text()
    rows = [line.split(" | ") for line in report.splitlines() if line.startswith("| split.by=")]
    assert [row[1] for row in rows] == ["first", "no"]
    assert "is the best on val, and is what the pipeline ships" in report
    assert (own / "freeze" / "frozen" / "manifest.json").is_file()
    outputs = [
        own / f"for-loop-1-iteration-{number}" / "evaluate" / "executor_output.json"
        for number in range(2)
    ]
    metrics = [json.loads(path.read_text())["artifacts"]["metrics"] for path in outputs]
    assert len(json.dumps(metrics)) < LONGEST_ARGUMENT
