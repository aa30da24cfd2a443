"""The step with other inputs and settings: whole runs, beside that of the usual ones."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from components.evaluate.params import EvaluateParams, ReportParams
from components.evaluate.scoring import verification
from components.evaluate.step import Evaluation, run
from components.shared.data.image_store import open_store, write_store
from components.shared.data.pairs import ListedPair, write_pairs
from components.shared.data.tables import write_table
from components.shared.verification import error_rates as rates
from tests.evaluate.conftest import (
    FILES,
    FORGERIES,
    GENUINE,
    PARAMS,
    PARTS,
    Inputs,
    build_embedder,
    documented_rate,
    single_by_loop,
)

pytestmark = pytest.mark.slow


def test_the_same_inputs_give_the_same_files(
    evaluation: Evaluation, inputs: Inputs, out: Path, tmp_path: Path
) -> None:
    assert run(PARAMS, *inputs, tmp_path / "again").metrics == evaluation.metrics
    for name in FILES - {"mlflow_run.json"}:
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes(), name


def test_without_forgeries_their_figures_are_left_out(
    write_inputs: Callable[[Path, int], Inputs], tmp_path: Path
) -> None:
    result = run(PARAMS, *write_inputs(tmp_path, 0), tmp_path / "out")
    assert not [name for name in result.metrics if "skilled" in name]
    assert not [name for name in result.metrics if name.startswith("probe/")]
    assert {
        "verification/random/refs_5/eer",
        "floor/best_statistic/random/refs_1/eer",
        "floor/statistics/random/refs_1/eer",
    } <= result.metrics.keys()
    assert "skilled" not in pd.read_csv(tmp_path / "out/roc.csv")["kind"].tolist()
    assert "images of other identities" in result.report.read_text()
    assert result.roc


def test_what_training_gained_is_the_paired_difference_to_the_start_and_rejections_are_counted(
    evaluation: Evaluation, inputs: Inputs, tmp_path: Path
) -> None:
    assert not [name for name in evaluation.metrics if "start" in name or "rejected" in name]
    embedder = tmp_path / "embedder"
    shutil.copytree(inputs.embedder, embedder)
    build_embedder(seed=4).save(embedder / "start.keras")
    params = PARAMS.model_copy(update={"protocols": ("deployed",)})
    prepared = tmp_path / "prepared"
    shutil.copytree(inputs.prepared, prepared)
    (prepared / "rejected.csv").write_text('path,reason\nold/1.png,"blank, no ink"\n')
    metrics = run(params, prepared, inputs.split, embedder, tmp_path / "out").metrics
    assert metrics["n_rejected"] == 1
    shutil.move(embedder / "start.keras", embedder / "embedder.keras")
    genuine, skilled, random = single_by_loop(inputs._replace(embedder=embedder), "test")
    for kind, impostor in (("skilled", skilled), ("random", random)):
        key = f"floor/start/{kind}/refs_1/eer"
        ours = metrics[f"verification/{kind}/refs_1/eer"]
        assert ours == evaluation.metrics[f"verification/{kind}/refs_1/eer"]
        assert metrics[key] == pytest.approx(rates.eer(genuine, impostor).rate, abs=1e-9)
        assert metrics[f"{key}_difference"] == pytest.approx(ours - metrics[key])
        low, high = metrics[f"{key}_difference_ci_low"], metrics[f"{key}_difference_ci_high"]
        assert low < metrics[f"{key}_difference"] < high
    summary = (tmp_path / "out" / "summary.txt").read_text(encoding="utf-8")
    assert "Training the network " in summary
    assert "1 of 166 images cannot be used, and are in no comparison" in summary
    assert "its own start, before the network was trained" in summary


def test_a_published_list_is_scored_beside_the_rest(
    evaluation: Evaluation, inputs: Inputs, tmp_path: Path
) -> None:
    prepared = tmp_path / "prepared"
    shutil.copytree(inputs.prepared, prepared)
    tested = [
        f"writer-{who:02}" for who in range(PARTS["train"] + PARTS["val"], sum(PARTS.values()))
    ]
    pairs: list[ListedPair] = []
    for place, who in enumerate(tested):
        other = tested[place - 1]
        fold = 1 + place % 2
        for same, probe in ((True, f"{who}/genuine/1.png"), (False, f"{other}/genuine/2.png")):
            reference = f"{who}/genuine/0.png"
            pairs.append(ListedPair("lfw", len(pairs) + 1, reference, probe, same, fold))
    seen = ListedPair("lfw", 99, "writer-00/genuine/0.png", "writer-00/genuine/1.png", True, 1)
    write_pairs([*pairs, seen], prepared)
    params = PARAMS.model_copy(update={"protocols": ("deployed",)})
    metrics = run(params, prepared, inputs.split, inputs.embedder, tmp_path / "out").metrics
    table = pd.read_csv(tmp_path / "out" / "listed_pairs.csv")
    of_one = table["same"] == 1
    rate = rates.eer(table["distance"][of_one], table["distance"][~of_one]).rate
    assert metrics["pairs/lfw/eer"] == pytest.approx(rate, abs=1e-6)
    assert {
        "pairs/lfw/accuracy",
        "pairs/lfw/accuracy_se",
        "pairs/lfw/decision_eer",
        "pairs/lfw/far_at_threshold",
        "pairs/lfw/frr_at_threshold",
    } <= metrics.keys()
    assert (metrics["pairs/lfw/n_pairs"], metrics["pairs/lfw/n_left_out"]) == (16, 1)
    assert (
        evaluation.metrics["verification/skilled/refs_1/eer"]
        == (metrics["verification/skilled/refs_1/eer"])
    )
    summary = (tmp_path / "out" / "summary.txt").read_text(encoding="utf-8")
    assert "Of the 17 comparisons of the list lfw 16 are scored: 1 of its 9 people" in summary
    assert "published lists of comparisons" in summary


def test_too_few_images_for_several_references_leave_those_figures_out(
    evaluation: Evaluation, inputs: Inputs, tmp_path: Path
) -> None:
    params = EvaluateParams(
        part="test",
        target=PARAMS.target,
        references=GENUINE,
        draws=2,
        report=ReportParams(images=False),
    )
    evaluated = run(params, *inputs, tmp_path / "out")
    assert evaluated.report.read_text().count("<img ") == 8  # pictures of people are switched off
    metrics = evaluated.metrics
    assert not [name for name in metrics if f"refs_{GENUINE}" in name]
    single = {
        name: value
        for name, value in evaluation.metrics.items()
        if name.startswith("verification/skilled/refs_1")
    }
    # Only test is reported, but val chose its thresholds.
    assert (
        metrics.items()
        >= {name: value for name, value in single.items() if "_ci_" not in name}.items()
    )
    assert not [name for name in metrics if name.startswith("val/")]


def test_without_val_there_are_no_thresholds(inputs: Inputs, tmp_path: Path) -> None:
    split = pd.read_parquet(inputs.split / "split.parquet")
    split["part"] = split["part"].replace("val", "train")
    write_table(split, tmp_path / "split.parquet")
    result = run(PARAMS, inputs.prepared, tmp_path, inputs.embedder, tmp_path / "out")
    assert json.loads((tmp_path / "out/decision.json").read_text())["thresholds"] == []
    absent = ("threshold", "policy/", "val/")
    assert not [name for name in result.metrics if any(part in name for part in absent)]


def test_val_alone_gives_the_same_figures_of_val_whatever_test_holds(
    evaluation: Evaluation, inputs: Inputs, tmp_path: Path
) -> None:
    prepared = tmp_path / "prepared"
    shutil.copytree(inputs.prepared, prepared)
    images = np.load(prepared / "images.npy")
    part = pd.read_parquet(inputs.split / "split.parquet")["part"]
    images[(part == "test").to_numpy()] = np.random.default_rng(0).integers(
        0, 256, images.shape[1:]
    )
    np.save(prepared / "images.npy", images)
    out = tmp_path / "out"
    result = run(
        PARAMS.model_copy(update={"part": "val"}), prepared, inputs.split, inputs.embedder, out
    )
    assert {name for name in result.metrics if not name.startswith("val/")} == set()
    beside = {name for name in result.metrics if name.startswith(("val/floor/", "val/probe/"))}
    assert {"val/floor/hog/skilled/refs_1/eer", "val/probe/prepared/auc"} <= beside
    rest = {name: value for name, value in result.metrics.items() if name not in beside}
    expected = {n: value for n, value in evaluation.metrics.items() if n.startswith("val/")}
    assert rest == pytest.approx(expected, rel=1e-6)
    assert "test was not read" in (out / "summary.txt").read_text()
    assert "test was not read" in result.report.read_text()
    assert set(pd.read_parquet(out / "scores.parquet")["identity"]) == {
        f"writer-{i:02}" for i in range(2, 7)
    }


def test_a_store_whose_comparisons_do_not_fit_in_memory_has_the_same_figures_and_files(
    inputs: Inputs,
    evaluation: Evaluation,
    out: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verification, "LIMITS", verification.Limits(in_memory=0))
    params = PARAMS.model_copy(update={"protocols": ("deployed", "references", "identification")})
    evaluated = run(params, *inputs, tmp_path / "evaluation")
    left_out = re.compile("field/|floor/statistics/")
    expected = {n: v for n, v in evaluation.metrics.items() if not left_out.search(n)}
    report = evaluated.report.read_text(encoding="utf-8")
    assert "no floor of simple statistics, skilled forgeries: " in report
    assert evaluated.metrics.keys() == expected.keys()
    for name, value in expected.items():
        # Intervals interpolate, all else is exact.
        assert evaluated.metrics[name] == pytest.approx(value, abs=0.03 if "_ci_" in name else 0), (
            name
        )
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    written = {
        path.relative_to(tmp_path / "evaluation").as_posix()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert written == files
    thresholds = [
        json.loads((folder / "decision.json").read_text())["thresholds"]
        for folder in (out, tmp_path / "evaluation")
    ]
    assert thresholds[0] == thresholds[1]
    scores = [
        pd.read_parquet(folder / "scores.parquet") for folder in (out, tmp_path / "evaluation")
    ]
    pd.testing.assert_frame_equal(scores[0], scores[1], atol=1e-6)
    (tmp_path / "documented").mkdir()
    computed = documented_rate(tmp_path / "evaluation", tmp_path / "documented")
    printed = re.search(r"at an equal error rate of (\S+) % \(", report)
    assert printed
    rates = [float(rate) for rate in (computed.removesuffix(" %"), printed[1])]
    assert rates[0] == pytest.approx(rates[1], abs=0.11)  # of a half either neighbour


def test_each_collection_has_its_figures_in_metrics_summary_and_report(
    write_inputs: Callable[[Path, int], Inputs], tmp_path: Path
) -> None:
    inputs = write_inputs(tmp_path, FORGERIES)
    index = pd.read_parquet(inputs.prepared / "index.parquet")
    even = index["identity"].str[-1].astype(int) % 2 == 0
    index = index.assign(collection=np.where(even, "even", "odd"))
    write_table(index, inputs.prepared / "index.parquet")
    result = run(EvaluateParams(draws=2), *inputs, tmp_path / "out")
    for name in ("even", "odd"):
        key = f"collection/{name}/{{}}/skilled/refs_1/n_identities"
        found = [result.metrics.get(key.format(group)) for group in ("decision", "verification")]
        assert PARTS["test"] / 2 in found
    summary = (tmp_path / "out" / "summary.txt").read_text()
    assert "by collection, on the test identities" in summary
    assert "By collection, on the test identities" in result.uploaded_report.read_text()


def test_disguised_signatures_are_reported_apart_and_change_no_other_figure(
    evaluation: Evaluation, inputs: Inputs, tmp_path: Path
) -> None:
    prepared = tmp_path / "prepared"
    shutil.copytree(inputs.prepared, prepared)
    store = open_store(inputs.prepared)
    rows = np.flatnonzero(store.index["identity"].isin(["writer-00", "writer-08", "writer-09"]))[
        ::2
    ]
    index = store.index.iloc[rows].assign(kind="disguised")
    (prepared / "disguised").mkdir()
    write_store(prepared / "disguised", store.images[rows] // 2, index, store.normalisation)
    result = run(PARAMS, prepared, inputs.split, inputs.embedder, tmp_path / "out")
    own = {name: value for name, value in result.metrics.items() if "disguised" in name}
    assert result.metrics.items() - own.items() == evaluation.metrics.items()
    tested = index["identity"].isin(["writer-08", "writer-09"]).sum()
    for references in (1, 5):
        group = f"disguised/refs_{references}"
        assert (own[f"{group}/n_identities"], own[f"{group}/n_images"]) == (2, tested)
        accepted, rejected = (
            own[f"{group}/{outcome}_at_threshold"] for outcome in ("accepted", "rejected")
        )
        assert accepted + rejected == pytest.approx(1)
    summary = (tmp_path / "out" / "summary.txt").read_text()
    assert "disguised signatures, at the limits that val chose" in summary
    assert "Of disguised signatures, whose author wants to deny them" in summary
    figures = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert len(figures) <= 10
