"""The best of several branches: what may vary, which is choice, what the report says, and the runs
in MLflow.
"""

from pathlib import Path
from typing import Any

import mlflow
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.report.scores_file import SCORES, write_scores
from components.shared.runtime.errors import InputError
from components.shared.tracking import mlflow_store
from components.shared.tracking.record import Record
from pipelines import sections
from pipelines.kubeflow import branch_selection
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(references=2, draws=1)
SECTIONS = sections.read(Path(__file__).parents[3] / "params.yaml")
SKILLED, RANDOM = "val/verification/skilled/refs_1/eer", "val/verification/random/refs_1/eer"
BASIS = {
    "val/verification/skilled/refs_1/n_identities": 9,
    "val/verification/skilled/refs_1/n_pairs": 9,
    "val/verification/random/refs_1/n_identities": 9,
    "val/verification/random/refs_1/n_pairs": 9,
}
SETTINGS = [["train.mining=hard"], ["train.mining=all"], ["train.mining=semi-hard"]]


def evaluated(
    folder: Path, quality: float, mining: str, digest: str = "same", run_id: str | None = None
) -> Path:
    """Writes the evaluation of an embedder of some quality, with its record."""
    folder.mkdir()
    data = made_up(PARAMS, 60, 4, 3, quality)
    write_scores(folder, data.verifications, data.part._replace(digest=digest), PARAMS)
    record = Record(run_id=run_id, params={"train.mining": mining, "train.steps": "7"})
    record.write(folder)
    return folder


@pytest.fixture(scope="module")
def evaluations(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder, names = tmp_path_factory.mktemp("evaluations"), ("hard", "all", "semi-hard")
    return [
        evaluated(folder / name, quality, name)
        for name, quality in zip(names, (0.1, 9, 0.9), strict=True)
    ]


def figures(*eers: float) -> list[dict[str, float]]:
    return [
        {SKILLED: eer, f"{SKILLED}_ci_low": eer / 2, f"{SKILLED}_ci_high": 2 * eer, **BASIS}
        for eer in eers
    ]


def test_a_branch_has_its_settings_and_never_reads_test() -> None:
    hard, fold = branch_selection.branches(
        [["train.mining=hard", "train.margin=soft"], ["split.folds=5", "split.fold=1"]], SECTIONS
    )
    assert hard["train"] == {**SECTIONS["train"], "mining": "hard", "margin": "soft"}
    assert fold["split"] == {**SECTIONS["split"], "folds": 5, "fold": 1}
    for branch in (hard, fold):
        assert branch["evaluate"] == {**SECTIONS["evaluate"], "part": "val"}
    assert (hard["split"], fold["train"]) == (SECTIONS["split"], SECTIONS["train"])


LEFT_OUT = [
    ["split.by=collection", "split.collections.test=[a]"],
    ["split.by=collection", "split.collections.test=[b]"],
]


def test_branches_that_test_other_collections_are_measured_on_test() -> None:
    first, second = branch_selection.branches(LEFT_OUT, SECTIONS)
    assert first["split"]["collections"]["test"] == ["a"]
    assert second["split"]["collections"]["test"] == ["b"]
    assert first["evaluate"] == {**SECTIONS["evaluate"], "part": "both"}


def test_the_report_on_collections_says_which_was_tested_and_claims_no_lead(tmp_path: Path) -> None:
    folders, results = [], []
    for name, rate in (("a", 0.25), ("b", 0.125)):
        (tmp_path / name).mkdir()
        params = {"split.by": "collection", "split.collections.test": f"[{name}]"}
        Record(run_id=f"run-{name}", params=params).write(tmp_path / name)
        folders.append(tmp_path / name)
        key = "decision/skilled/refs_1"
        results.append({SKILLED: rate, f"{key}/eer": 2 * rate, f"{key}/n_identities": 9})
    choice = branch_selection.choose(LEFT_OUT, results, folders)
    assert choice.best == 1
    rows = [line.split(" | ")[1:3] for line in choice.report.splitlines() if "| split.by" in line]
    assert rows == [["a", "50.0 (–)"], ["b", "25.0 (–)"]]
    assert "| collection tested | test EER %, skilled |" in choice.report
    assert "split.collections.test=[b]** is the best on val, and is what the pipeline ships" in (
        choice.report
    )
    assert "Best and second" not in choice.report


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ([["train.mining=hard"]], "there is nothing to compare"),
        ([["train.mining=hard"], ["train.mining=hrad"]], "train.mining is 'hrad'"),
        ([["train.mining=hard"], ["preprocess.height=64"]], "sections: split, train"),
        ([["train.mining=hard"], ["evaluate.part=test"]], "sections: split, train"),
        (
            [["train.mining=hard"], ["train.augment={flip: true}"]],
            "train.augment holds several parameters",
        ),
    ],
)
def test_a_wrong_setting_is_refused_before_anything_runs(
    settings: list[list[str]], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        branch_selection.branches(settings, SECTIONS)


def test_more_branches_than_one_argument_of_a_program_can_name_are_refused() -> None:
    forty = [[f"train.seed={seed}"] for seed in range(40)]
    assert len(branch_selection.branches(forty, SECTIONS)) == 40
    with pytest.raises(InputError, match=r"^80 settings: more than Kubeflow can hand to .* 46;"):
        branch_selection.branches([*forty, *forty], SECTIONS)
    long = [[f"train.start_from={'a' * 2000}"], *forty]
    assert len(branch_selection.branches(long, SECTIONS)) == 41


def test_the_lowest_eer_on_val_is_chosen_and_the_report_lists_all_in_order(
    evaluations: list[Path],
) -> None:
    choice = branch_selection.choose(SETTINGS, figures(0.3, 0.1, 0.2), evaluations)
    assert choice.best == 1
    assert choice.branches[0].settings == "train.mining=all"
    assert choice.branches[0].figures[SKILLED] == 0.1
    rows = [
        line.split(" | ")[:2] for line in choice.report.splitlines() if line.startswith("| train.")
    ]
    assert rows == [
        ["| train.mining=all", "10.0 (5.0–20.0)"],
        ["| train.mining=semi-hard", "20.0 (10.0–40.0)"],
        ["| train.mining=hard", "30.0 (15.0–60.0)"],
    ]


def test_the_best_is_set_against_the_second_on_the_same_pairs(evaluations: list[Path]) -> None:
    clear = branch_selection.choose(SETTINGS, figures(0.3, 0.1, 0.4), evaluations).report
    assert "train.mining=all is better by" in clear
    assert "more than chance" in clear
    same = branch_selection.choose(
        SETTINGS[:2], figures(0.1, 0.1), [evaluations[0], evaluations[0]]
    )
    assert (same.best, "may be chance" in same.report) == (0, True)


def test_where_best_and_second_cannot_be_compared_the_report_says_why(tmp_path: Path) -> None:
    folders = [evaluated(tmp_path / name, 1.0, name, digest=name) for name in ("hard", "all")]

    def last_line() -> str:
        return branch_selection.choose(
            SETTINGS[:2], figures(0.1, 0.2), folders
        ).report.splitlines()[-1]

    both = "train.mining=hard and train.mining=all"
    assert f"has no interval: {both} were not made on the same pairs" in last_line()  # as folds
    (folders[1] / SCORES).unlink()
    assert f"has no interval: train.mining=all/{SCORES}: no such file" in last_line()


def test_without_forgeries_the_random_ones_decide_and_without_any_rate_nothing_does(
    evaluations: list[Path],
) -> None:
    choice = branch_selection.choose(
        SETTINGS[:2], [{RANDOM: 0.1, **BASIS}, {RANDOM: 0.2, **BASIS}], evaluations[:2]
    )
    assert (choice.best, choice.branches[0].figures[RANDOM]) == (0, 0.1)
    with pytest.raises(InputError, match="no branch has an error rate on val"):
        branch_selection.choose(SETTINGS[:2], [{}, {}], evaluations[:2])


def test_the_branches_runs_stand_under_one_parent_with_the_report(
    tmp_path: Path, client: Any
) -> None:
    runs = [client.create_run(mlflow_store.experiment_id(client)).info.run_id for _ in range(2)]
    folders = [evaluated(tmp_path / run, 1.0, "hard", run_id=run) for run in runs]
    choice = branch_selection.choose(SETTINGS[:2], figures(0.2, 0.1), folders)
    branch_selection.track(choice)
    (parent,) = {client.get_run(run).data.tags["mlflow.parentRunId"] for run in runs}
    run = client.get_run(parent)
    assert (run.info.status, run.data.tags["best"]) == ("FINISHED", "train.mining=hard")
    assert run.data.tags["best_run_id"] == runs[1]
    assert run.data.tags["mlflow.note.content"] == choice.report
    assert run.data.params == {"train.mining": "[hard]"}
    assert run.data.metrics == {"verify/eer_val": 0.1}
    report = mlflow.artifacts.download_artifacts(
        run_id=parent, artifact_path="comparison/report.md"
    )
    assert Path(report).read_text() == choice.report
