"""The compiled comparison pipeline: a branch for each setting; only the best goes on to test."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from kfp import dsl, local
from kfp.dsl import Artifact, Dataset, Markdown, Model

from components.shared.storage.files import code_root
from components.shared.tracking.record import Record
from components.shared.verification import metrics_file
from pipelines.kubeflow.tasks import choose, plan
from tests.pipelines.kubeflow.compiled import (
    IMAGE,
    Compiled,
    compile_to,
    containers,
    executors,
    sources,
    tasks,
)

GRID = ["train.mining=hard,all", "split.fold=0,1"]
BRANCH_SECTIONS = ("split", "train", "evaluate")
BRANCH = set(BRANCH_SECTIONS)


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> list[Compiled]:
    out = tmp_path_factory.mktemp("compiled") / "compare.yaml"
    settings = ("-S", "split.folds=2", "-S", "cluster.secret_keys={AWS_SECRET_ACCESS_KEY: key}")
    return compile_to(out, "compare", *settings, "--grid", *GRID)


def test_every_combination_is_a_branch_of_its_own(comparison: list[Compiled]) -> None:
    compiled = comparison[0]
    assert compiled["root"]["inputDefinitions"]["parameters"]["settings"]["defaultValue"] == [
        ["train.mining=hard", "split.fold=0"],
        ["train.mining=hard", "split.fold=1"],
        ["train.mining=all", "split.fold=0"],
        ["train.mining=all", "split.fold=1"],
    ]
    loop = tasks(compiled["root"])["for-loop-1"]
    items = loop["parameterIterator"]["items"]["inputParameter"]
    assert loop["inputs"]["parameters"][items]["taskOutputParameter"]["producerTask"] == "plan"
    branch = tasks(compiled["components"]["comp-for-loop-1"])
    assert set(branch) == {*BRANCH, "check-parts"}
    assert "evaluate" not in " ".join(branch["split"]["inputs"]["parameters"])
    assert branch["train"]["dependentTasks"] == ["check-parts", "split"]
    for name in BRANCH:
        task = branch[name]
        params = task["inputs"]["parameters"]["params"]
        assert params["parameterExpressionSelector"] == f'parseJson(string_value)["{name}"]'


def test_as_many_branches_as_the_cluster_says_run_at_once(
    comparison: list[Compiled], tmp_path: Path
) -> None:
    assert "iteratorPolicy" not in tasks(comparison[0]["root"])["for-loop-1"]
    setting = ("-S", "cluster.parallelism=2")
    limited, _ = compile_to(tmp_path / "c.yaml", "compare", *setting, "--grid", *GRID[:1])
    assert tasks(limited["root"])["for-loop-1"]["iteratorPolicy"] == {"parallelismLimit": 2}


@pytest.mark.parametrize(
    ("checkpoints", "warned"), [("trainings", True), ("s3://b/p", False), ("null", False)]
)
def test_branches_that_share_a_volume_claim_are_warned_of(
    checkpoints: str, warned: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    setting = f"cluster.checkpoints={checkpoints}"
    compile_to(tmp_path / "c.yaml", "compare", "-S", setting, "--grid", "train.mining=hard,all")
    lines = [line for line in caplog.messages if "to the claim trainings: if it is Read" in line]
    assert bool(lines) is warned


def test_a_collection_a_branch_is_tested_by_a_grid_of_two_lists(tmp_path: Path) -> None:
    source = "ingest.source=[{name: a, source: sample}, {name: 'no', source: sample}]"
    grid = ("split.by=collection", "split.collections.test=[a],['no']")
    compiled, _ = compile_to(tmp_path / "left.yaml", "compare", "-S", source, "--grid", *grid)
    settings = compiled["root"]["inputDefinitions"]["parameters"]["settings"]["defaultValue"]
    assert settings == [
        ["split.by=collection", "split.collections.test=[a]"],
        ["split.by=collection", "split.collections.test=['no']"],
    ]
    passed = compiled["root"]["inputDefinitions"]["parameters"]
    sections = {name: passed[name]["defaultValue"] for name in BRANCH_SECTIONS}
    planned = plan(settings, **sections, report=Markdown(uri=str(tmp_path / "report")))
    assert [each["split"]["collections"]["test"] for each in planned] == [["a"], ["no"]]
    assert {each["evaluate"]["part"] for each in planned} == {"both"}


def test_settings_are_checked_before_data_are_brought_in(comparison: list[Compiled]) -> None:
    assert "enableCache" not in tasks(comparison[0]["root"])["plan"].get("cachingOptions", {})
    assert tasks(comparison[0]["root"])["fingerprint"]["dependentTasks"] == ["plan"]
    assert tasks(comparison[0]["root"])["ingest"]["dependentTasks"] == ["fingerprint"]


def test_only_the_best_is_measured_on_test_and_shipped(comparison: list[Compiled]) -> None:
    root = tasks(comparison[0]["root"])
    assert set(root) == {
        "plan",
        "fingerprint",
        "ingest",
        "preprocess",
        "for-loop-1",
        "choose",
        "evaluate-2",
        "freeze",
    }
    assert {producer for producer, _ in sources(root["choose"]).values()} == {"for-loop-1"}
    assert sources(root["evaluate-2"]) == {
        "prepared": ("preprocess", "prepared"),
        "split": ("choose", "split"),
        "embedder": ("choose", "embedder"),
    }
    assert root["evaluate-2"]["inputs"]["parameters"]["params"] == {
        "componentInputParameter": "evaluate"
    }
    assert sources(root["freeze"]) == {
        "raw": ("ingest", "raw"),
        "prepared": ("preprocess", "prepared"),
        "split": ("choose", "split"),
        "embedder": ("choose", "embedder"),
        "evaluation": ("evaluate-2", "evaluation"),
    }


def test_a_branch_gets_what_it_may_use_from_the_pipelines_arguments(
    comparison: list[Compiled],
) -> None:
    compiled, platform = comparison
    loop = compiled["components"]["comp-for-loop-1"]
    passed = {f"pipelinechannel--{step}_cpu" for step in BRANCH}
    passed |= {f"pipelinechannel--{step}_memory" for step in BRANCH}
    train = ("accelerator", "accelerator_count", "node_selector", "tolerations")
    passed |= {f"pipelinechannel--train_{name}" for name in train} | {"pipelinechannel--secret"}
    assert passed <= set(loop["inputDefinitions"]["parameters"])
    train_settings = executors(platform)["train"]
    assert train_settings["nodeSelector"] == {
        "nodeSelectorJson": {"componentInputParameter": "pipelinechannel--train_node_selector"}
    }
    assert {
        one["secretNameParameter"]["componentInputParameter"]
        for one in train_settings["secretAsEnv"]
    } == {"pipelinechannel--secret"}
    inputs = tasks(loop)["train"]["inputs"]["parameters"]
    assert inputs["pipelinechannel--train_memory"] == {
        "componentInputParameter": "pipelinechannel--train_memory"
    }


def test_all_tasks_run_in_the_image_and_none_as_root(comparison: list[Compiled]) -> None:
    compiled, platform = comparison
    assert {container["image"] for container in containers(compiled).values()} == {IMAGE}
    assert set(executors(platform)) == set(containers(compiled))
    for settings in executors(platform).values():
        assert settings["securityContext"]["runAsNonRoot"]
        assert settings["secretAsEnv"]


def test_it_takes_the_arguments_of_the_training_pipeline_and_the_settings(
    compiled: Compiled, comparison: list[Compiled]
) -> None:
    arguments = set(comparison[0]["root"]["inputDefinitions"]["parameters"])
    assert arguments - {"settings"} == set(compiled["root"]["inputDefinitions"]["parameters"])


class Chosen(NamedTuple):
    report: Markdown
    embedder: Model


@dsl.pipeline(name="choice")
def choice(settings: list[list[str]], branches: list[str]) -> Chosen:
    """Chooses among branches, each a folder with all that its tasks wrote."""
    noted = {"display_name": "embedder", "store_session_info": "s" * 400}
    with dsl.ParallelFor(branches) as folder:
        split = dsl.importer(folder, Dataset, metadata=noted)
        embedder = dsl.importer(folder, Model, metadata=noted)
        evaluation = dsl.importer(folder, Artifact, metadata=noted)
    component: Any = dsl.component(choose, base_image="python", install_kfp_package=False)
    best = component(
        settings=settings,
        splits=dsl.Collected(split.output),
        embedders=dsl.Collected(embedder.output),
        evaluations=dsl.Collected(evaluation.output),
    )
    return Chosen(best.outputs["report"], best.outputs["embedder"])


@pytest.mark.slow
def test_the_best_of_forty_branches_is_chosen_by_a_program_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(code_root()))
    rate = "val/verification/skilled/refs_1"
    basis = {f"{rate}/n_identities": 9.0, f"{rate}/n_pairs": 9.0}
    others = {f"val/floor/hog/figure_{number}": 0.5 for number in range(100)}
    settings, branches = [], []
    for seed in range(40):
        folder = tmp_path / str(seed)
        folder.mkdir()
        eer = abs(seed - 29) / 100
        metrics_file.write(folder, {f"{rate}/eer": eer, **basis, **others})
        Record(params={"train.seed": str(seed)}).write(folder)
        settings.append([f"train.seed={seed}"])
        branches.append(str(folder))
    runner = local.SubprocessRunner(use_venv=False)
    local.init(runner, pipeline_root=str(tmp_path / "root"))
    outputs = choice(settings=settings, branches=branches).outputs
    report = Path(outputs["report"].path).read_text()
    assert "**train.seed=29** is the best on val" in report
    assert report.count("| train.seed=") == 40
    assert Record.read(Path(outputs["embedder"].path)).params == {"train.seed": "29"}
