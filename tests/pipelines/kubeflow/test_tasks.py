"""Bodies of the tasks: text that runs alone, and the artifacts of a task that needs no training."""

import builtins
import dis
import inspect
import re
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from kfp.dsl import Artifact, Dataset, Markdown, Metrics, Model
from kfp.dsl.types import artifact_types

from components.ingest import fingerprint
from components.ingest.params import IngestParams
from components.shared.data.tables import write_table
from components.shared.tracking.record import Record
from components.shared.verification import metrics_file
from pipelines import sections
from pipelines.kubeflow import branch_selection, tasks
from tests.pipelines.kubeflow.compiled import PARAMS
from tests.split.indexes import index_of

BODIES = [
    function
    for _, function in inspect.getmembers(tasks, inspect.isfunction)
    if function.__module__ == tasks.__name__
]


def global_names(code: CodeType) -> set[str]:
    """Returns the global names that a function reads, functions inside it included."""
    names = {step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= global_names(constant)
    return names


@pytest.mark.parametrize("function", BODIES, ids=lambda function: function.__name__)
def test_a_body_reads_no_global_name_for_kfp_ships_its_text_alone(function: Any) -> None:
    assert global_names(function.__code__) - set(dir(builtins)) == set()


def test_ingest_writes_images_figures_and_its_parameters(tmp_path: Path) -> None:
    raw, metrics = Dataset(uri=str(tmp_path / "raw")), Metrics()
    params = {"source": "nowhere", "sample": {"identities": 3, "genuine": 2, "forgeries": 1}}
    tasks.ingest(params, "", raw, metrics, source="sample")
    assert (tmp_path / "raw" / "catalog.csv").is_file()
    assert metrics.metadata["identities"] == 3
    assert raw.metadata["ingest.source"] == "sample"


def test_on_a_cluster_the_images_travel_from_ingest_to_preprocess_as_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact_types, "_MINIO_LOCAL_MOUNT_PREFIX", f"{tmp_path}/")
    (tmp_path / "bucket").mkdir()
    raw, prepared = (Dataset(uri=f"minio://bucket/{name}") for name in ("raw", "prepared"))
    sample = {"identities": 3, "genuine": 2, "forgeries": 1}
    tasks.ingest({"sample": sample}, "", raw, Metrics())
    tasks.preprocess({"height": 32, "width": 48}, raw, prepared, figures := Metrics())
    assert figures.metadata["images"] == 9
    assert sorted(path.name for path in (tmp_path / "bucket").iterdir()) == ["prepared", "raw"]
    assert (tmp_path / "bucket" / "raw").is_file()


def test_the_fingerprint_is_of_the_source_that_ingest_takes() -> None:
    params = {"source": "nowhere", "sample": {"identities": 3}}
    known = tasks.fingerprint(params, source="sample")
    assert known == fingerprint.of_content(
        IngestParams.model_validate(params | {"source": "sample"})
    )


def test_a_wrong_parameter_of_a_run_is_refused_by_its_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as refused:
        tasks.split({"tset": 0.2}, Dataset(), Dataset(), Metrics())
    assert refused.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "unknown parameter split.tset" in line


def test_all_that_the_parts_are_too_small_for_is_said_before_the_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_table(index_of(8, 3), tmp_path / "index.parquet")
    prepared, parts = Dataset(uri=str(tmp_path)), Dataset(uri=str(tmp_path / "out"))
    tasks.split({}, prepared, parts, Metrics())
    with pytest.raises(SystemExit):
        tasks.check_parts({"identities_per_batch": 10}, {}, prepared, parts)
    assert re.search("only 5 training identities .*; val has 1 ident", capsys.readouterr().err)


def test_the_plan_has_the_sections_of_each_branch(tmp_path: Path) -> None:
    params = sections.read(PARAMS)
    of_branches = {step: params[step] for step in ("split", "train", "evaluate")}
    settings = [["train.mining=hard"], ["train.mining=all"]]
    report = Markdown(uri=str(tmp_path / "report"))
    planned = tasks.plan(settings, **of_branches, report=report)
    assert planned == branch_selection.branches(settings, params)
    assert "- train.mining=all\n" in (tmp_path / "report").read_text()


def test_the_plan_refuses_branches_whose_long_addresses_would_not_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    params = sections.read(PARAMS)
    of_branches = {step: params[step] for step in ("split", "train", "evaluate")}
    settings = [[f"train.seed={seed}"] for seed in range(40)]
    report = Markdown(uri=f"s3://bucket/{'prefix/' * 100}report")
    with pytest.raises(SystemExit):
        tasks.plan(settings, **of_branches, report=report)
    assert "40 settings: more than Kubeflow can hand to the task" in capsys.readouterr().err


def test_the_best_branch_is_copied_with_its_parameters(tmp_path: Path, client: Any) -> None:
    eer = "val/verification/skilled/refs_1/eer"
    splits, embedders, evaluations = [], [], []
    for mining, rate in (("hard", 0.2), ("all", 0.1)):
        folder = tmp_path / mining
        for name in ("split", "embedder", "evaluation"):
            (folder / name).mkdir(parents=True)
            (folder / name / "content").write_text(mining)
        Record(run_id=None, params={"train.mining": mining}).write(folder / "evaluation")
        splits.append(Dataset(uri=str(folder / "split")))
        embedders.append(Model(uri=str(folder / "embedder")))
        evaluations.append(Artifact(uri=str(folder / "evaluation")))
        basis = dict.fromkeys((eer[:-3] + "n_identities", eer[:-3] + "n_pairs"), 9)
        metrics_file.write(folder / "evaluation", {eer: rate, **basis})
    split, embedder = Dataset(uri=str(tmp_path / "best")), Model(uri=str(tmp_path / "model"))
    report = Markdown(uri=str(tmp_path / "report"))
    settings = [["train.mining=hard"], ["train.mining=all"]]
    tasks.choose(settings, splits, embedders, evaluations, split, embedder, report)
    assert (tmp_path / "best" / "content").read_text() == "all"
    assert (tmp_path / "model" / "content").read_text() == "all"
    assert "**train.mining=all** is the best on val" in (tmp_path / "report").read_text()
