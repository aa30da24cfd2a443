"""The whole step on a tiny store."""

import json
import re
import shutil
from base64 import b64decode
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest

from components.evaluate.step import Evaluation, run
from components.shared.data.tables import write_table
from components.shared.model.embedder import embed, load_embedder
from components.shared.runtime.errors import InputError
from components.shared.storage.files import uploads
from components.shared.verification import error_rates as rates
from components.shared.verification.metric_names import counted_group
from tests.evaluate.conftest import (
    FILES,
    FORGERIES,
    GENUINE,
    PARAMS,
    PARTS,
    Inputs,
    documented_rate,
    single_by_loop,
)


def flat(tree: dict[str, Any], prefix: str = "") -> dict[str, float]:
    values: dict[str, float] = {}
    for key, value in tree.items():
        values |= (
            flat(value, f"{prefix}{key}/") if isinstance(value, dict) else {prefix + key: value}
        )
    return values


def mistaken(report: Path) -> list[tuple[bytes, bytes, str, float]]:
    """Reference, probe, identity and distance of each pair of pictures in a report."""
    pair = re.compile(
        r'<figure class="pair">.*?base64,([^"]+)" alt="reference".*?base64,([^"]+)"'
        r".*?<figcaption>(.*?): distance ([\d.]+)",
        re.DOTALL,
    )
    pairs = pair.findall(report.read_text(encoding="utf-8"))
    return [
        (b64decode(left), b64decode(right), name, float(distance))
        for left, right, name, distance in pairs
    ]


def decoded(png: bytes) -> bytes:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    return image.tobytes()


def test_every_file_is_there_and_metrics_json_is_what_was_returned(
    evaluation: Evaluation, out: Path
) -> None:
    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == FILES
    assert flat(json.loads((out / "metrics.json").read_text())) == evaluation.metrics
    assert (evaluation.report, evaluation.uploaded_report) == (
        out / "report.html",
        out / "upload" / "report.html",
    )
    assert all(np.isfinite(value) for value in evaluation.metrics.values())


@pytest.mark.parametrize(("part", "prefix"), [("test", ""), ("val", "val/")])
def test_single_reference_figures_are_those_of_a_loop(
    evaluation: Evaluation, inputs: Inputs, part: str, prefix: str
) -> None:
    genuine, skilled, random = single_by_loop(inputs, part)
    for kind, impostor in (("skilled", skilled), ("random", random)):
        key = f"{prefix}verification/{kind}/refs_1"
        assert evaluation.metrics[f"{key}/eer"] == pytest.approx(
            rates.eer(genuine, impostor).rate, abs=1e-9
        )
        assert evaluation.metrics[f"{key}/auc"] == pytest.approx(
            rates.auc(genuine, impostor), abs=1e-9
        )
        assert evaluation.metrics[f"{key}/n_identities"] == PARTS[part]
        assert evaluation.metrics[f"{key}/n_pairs"] == len(genuine) + len(impostor)
        assert 0.02 < evaluation.metrics[f"{key}/eer"] < 0.48  # a case that could fail either way


def test_all_promised_names_are_there(evaluation: Evaluation) -> None:
    for kind in ("skilled", "random"):
        for references in (1, 5):
            key = f"verification/{kind}/refs_{references}"
            for name in ("eer", "eer_user", "auc", "frr_at_far_1pct"):
                assert 0 <= evaluation.metrics[f"{key}/{name}"] <= 1
                low = evaluation.metrics[f"{key}/{name}_ci_low"]
                high = evaluation.metrics[f"{key}/{name}_ci_high"]
                assert low <= evaluation.metrics[f"{key}/{name}"] <= high
            assert {
                f"{key}/n_identities",
                f"{key}/n_pairs",
                f"val/{key}/eer",
            } <= evaluation.metrics.keys()
            assert {
                f"{key}/far_at_threshold",
                f"{key}/frr_at_threshold",
            } <= evaluation.metrics.keys()
        for floor in ("untrained", "hog", "best_statistic", "statistics"):
            for end in ("", "_difference", "_difference_ci_low", "_difference_ci_high"):
                assert f"floor/{floor}/{kind}/refs_1/eer{end}" in evaluation.metrics
    for part in ("", "val/"):
        key = f"{part}identification/refs_5"
        assert {
            f"{key}/accuracy",
            f"{key}/n_identities",
            f"{key}/n_probes",
        } <= evaluation.metrics.keys()


def test_no_figure_stands_without_its_interval_and_what_it_stands_on(
    evaluation: Evaluation,
) -> None:
    metrics = evaluation.metrics
    figures = [name for name in metrics if "_ci_" not in name and "/n_" not in name]
    figures = [name for name in figures if not name.endswith(("/cllr_min", "/calibration_loss"))]
    assert len(figures) > 45
    for name in figures:
        assert metrics[f"{name}_ci_low"] <= metrics[name] <= metrics[f"{name}_ci_high"], name
        group = name.rpartition("/")[0]
        basis = (
            group.replace(f"floor/{group.split('/')[1]}", "verification")
            if "floor/" in name
            else counted_group(group)
        )
        assert f"{basis}/n_identities" in metrics, name
        assert {f"{basis}/n_pairs", f"{basis}/n_probes", f"{basis}/n_images"} & metrics.keys(), name


def test_the_difference_to_the_untrained_network_is_that_of_the_two_eers(
    evaluation: Evaluation,
) -> None:
    metrics = evaluation.metrics
    floor = "floor/untrained/skilled/refs_1/eer"
    assert (
        metrics[f"{floor}_difference"]
        == metrics["verification/skilled/refs_1/eer"] - metrics[floor]
    )


def test_thresholds_come_from_val_and_are_carried_to_test(
    evaluation: Evaluation, inputs: Inputs, out: Path
) -> None:
    thresholds = json.loads((out / "decision.json").read_text())["thresholds"]
    assert {(t["kind"], t["references"], t["policy"]) for t in thresholds} == {
        (kind, references, policy)
        for kind, references in (
            ("skilled", 1),
            ("skilled", 5),
            ("random", 1),
            ("random", 5),
            ("identification", 5),
        )
        for policy in ("equal_error", "far_1pct", "far_5pct")
    }
    assert all(("smallest_gap" in t) == (t["kind"] == "identification") for t in thresholds)
    assert {t["chosen_on"] for t in thresholds} == {"val"}
    by_policy = {
        t["policy"]: t["threshold"]
        for t in thresholds
        if (t["kind"], t["references"]) == ("skilled", 1)
    }
    genuine, skilled, _ = single_by_loop(inputs, "val")
    assert by_policy["equal_error"] == pytest.approx(
        rates.eer(genuine, skilled).threshold, abs=1e-6
    )
    assert rates.rates_at(genuine, skilled, by_policy["far_5pct"] + 1e-6)[0] <= 0.05
    genuine, skilled, _ = single_by_loop(inputs, "test")
    for policy, names in (
        ("far_5pct", ("far_at_threshold", "frr_at_threshold")),  # the target
        ("far_1pct", ("policy/far_1pct/far", "policy/far_1pct/frr")),
        ("equal_error", ("policy/equal_error/far", "policy/equal_error/frr")),
    ):
        carried = rates.rates_at(genuine, skilled, by_policy[policy])
        for name, rate in zip(names, carried, strict=True):
            assert evaluation.metrics[f"verification/skilled/refs_1/{name}"] == rate


def test_scores_hold_the_comparisons_that_the_figures_stand_on(
    evaluation: Evaluation, out: Path
) -> None:
    scores = pd.read_parquet(out / "scores.parquet")
    single = scores[scores["references"] == 1]
    counts = single.groupby("kind").size()
    people = PARTS["test"]
    assert counts["genuine"] == people * GENUINE * (GENUINE - 1) / 2
    assert counts["skilled"] == people * GENUINE * FORGERIES
    assert counts["random"] == people * GENUINE * GENUINE * (people - 1)
    distance = {kind: group["distance"].to_numpy() for kind, group in single.groupby("kind")}
    eer = rates.eer(distance["genuine"], distance["skilled"]).rate
    assert eer == evaluation.metrics["verification/skilled/refs_1/eer"]
    several = scores[scores["references"] == 5]
    assert (several.groupby("kind").size()["genuine"]) == people * PARAMS.draws * (GENUINE - 5)
    assert set(scores["identity"]) == {f"writer-{i:02}" for i in range(7, 15)}


def test_the_documented_lines_compute_the_rate_that_the_report_prints_first(
    evaluation: Evaluation, out: Path, tmp_path: Path
) -> None:
    rate = 100 * evaluation.metrics["decision/skilled/refs_1/eer"]
    computed = float(documented_rate(out, tmp_path).removesuffix(" %"))
    assert computed == pytest.approx(rate, abs=0.051)  # of a half either neighbour
    for page in (evaluation.report, out / "summary.txt"):
        assert f"from genuine images at an equal error rate of {rate:.1f} % (" in page.read_text()


def test_scores_name_the_files_of_the_catalog(
    evaluation: Evaluation, inputs: Inputs, out: Path
) -> None:
    scores = pd.read_parquet(out / "scores.parquet")
    index = pd.read_parquet(inputs.prepared / "index.parquet").set_index("path")
    questioned = index.loc[scores["questioned"].tolist()]
    assert questioned["identity"].tolist() == scores["probe"].tolist()
    forged = (questioned["kind"] == "forgery").to_numpy()
    assert forged.tolist() == (scores["kind"] == "skilled").tolist()
    reference = index.loc[scores["reference_1"].tolist()]
    assert reference["identity"].tolist() == scores["identity"].tolist()
    assert set(reference["kind"]) == {"genuine"}
    said = f"all {len(scores):,} comparisons"
    assert said in evaluation.report.read_text(encoding="utf-8")


def test_curves_are_finite_short_and_one_for_each_kind_and_number(
    evaluation: Evaluation, out: Path
) -> None:
    roc, det = pd.read_csv(out / "roc.csv"), pd.read_csv(out / "det.csv")
    assert list(roc.columns) == ["curve", "kind", "references", "far", "tpr", "threshold"]
    assert list(det.columns) == ["curve", "kind", "references", "far", "frr", "threshold"]
    assert roc["curve"].nunique() == 4
    assert roc.groupby("curve").size().max() <= 500
    assert np.isfinite(roc[["far", "tpr", "threshold"]].to_numpy()).all()
    first = roc[roc["curve"] == "skilled, 1 reference"]
    np.testing.assert_allclose(
        np.array(evaluation.roc), first[["far", "tpr", "threshold"]].to_numpy()
    )
    assert all(isinstance(value, float) for value in evaluation.roc[0])


def test_the_shortcut_probes_stand_on_train_and_test_and_are_told_in_the_summary(
    evaluation: Evaluation, out: Path
) -> None:
    people = PARTS["train"] + PARTS["test"]
    summary = (out / "summary.txt").read_text(encoding="utf-8")
    for what, words in (
        ("prepared", "simple statistics of the prepared images"),
        ("source", "source files"),
    ):
        auc = {
            name: evaluation.metrics[f"probe/{what}/{name}"]
            for name in ("auc", "auc_ci_low", "auc_ci_high")
        }
        assert 0 <= auc["auc_ci_low"] <= auc["auc"] <= auc["auc_ci_high"] <= 1
        assert evaluation.metrics[f"probe/{what}/n_identities"] == people
        assert evaluation.metrics[f"probe/{what}/n_images"] == people * (GENUINE + FORGERIES)
        (line,) = [line for line in summary.splitlines() if line.startswith(words)]
        assert f"AUC {auc['auc']:.3f} ({auc['auc_ci_low']:.3f}–" in line
        assert line in evaluation.uploaded_report.read_text(encoding="utf-8")
    assert "the best single statistic" in summary


def test_sources_of_other_images_are_refused(inputs: Inputs, tmp_path: Path) -> None:
    prepared = tmp_path / "prepared"
    shutil.copytree(inputs.prepared, prepared)
    pd.read_parquet(prepared / "sources.parquet")[1:].to_parquet(prepared / "sources.parquet")
    with pytest.raises(
        InputError, match=r"sources\.parquet: 164 rows for 165 images; run preprocess again"
    ):
        run(PARAMS, prepared, *inputs[1:], tmp_path / "out")
    (prepared / "sources.parquet").unlink()
    with pytest.raises(InputError, match=r"sources\.parquet: no such file; run preprocess first"):
        run(PARAMS, prepared, *inputs[1:], tmp_path / "out")


@pytest.mark.parametrize("copy", ["report", "uploaded_report"])
def test_the_report_answers_first_and_stands_alone(evaluation: Evaluation, copy: str) -> None:
    page = getattr(evaluation, copy).read_text(encoding="utf-8")
    assert not re.search(r"https?://|<script|<link|@import|url\(", page)
    sources = re.findall(r'src="(.{22})', page)
    assert set(sources) == {"data:image/png;base64,"}
    assert len(sources) == page.count("<img ") >= 4
    body = page[page.index("<body>") :]
    assert body.index("With one reference, skilled forgeries") < body.index("<table")
    assert f"{evaluation.metrics['verification/skilled/refs_1/eer'] * 100:.1f}" in body
    assert '<meta name="viewport" content="width=device-width' in page
    assert "evaluate.report.images" in page


def test_the_report_shows_the_most_confident_mistakes_as_the_network_sees_them(
    evaluation: Evaluation, inputs: Inputs, out: Path
) -> None:
    pictures = mistaken(evaluation.report)
    thresholds = json.loads((out / "decision.json").read_text())["thresholds"]
    threshold = next(
        t["threshold"] for t in thresholds if (t["kind"], t["references"]) == ("skilled", 1)
    )
    assert len(pictures) > 2
    images = np.load(inputs.prepared / "images.npy")
    rows = {image.tobytes(): row for row, image in enumerate(images)}
    index = pd.read_parquet(inputs.prepared / "index.parquet")
    vectors = embed(load_embedder(inputs.embedder), images, progress=False)
    for reference, probe, identity, distance in pictures:
        a, b = rows[decoded(reference)], rows[decoded(probe)]
        assert index["identity"][a] == index["identity"][b] == identity
        assert index["kind"][a] == "genuine"
        assert (index["kind"][b] == "forgery") == (distance <= threshold)
        assert distance == pytest.approx(np.linalg.norm(vectors[a] - vectors[b]), abs=6e-4)


def test_names_and_pictures_of_people_are_in_no_file_that_is_uploaded(
    evaluation: Evaluation, out: Path
) -> None:
    page = evaluation.uploaded_report.read_text(encoding="utf-8")
    assert mistaken(evaluation.uploaded_report) == []
    assert page.count("<img ") == 8
    assert "writer-" not in page
    assert "writer-" in evaluation.report.read_text(encoding="utf-8")
    named = [path for path in uploads(out) if b"writer-" in path.read_bytes()]
    assert named == []
    assert b"writer-" in (out / "scores.parquet").read_bytes()


def test_the_run_holds_the_figures_and_the_report(evaluation: Evaluation, out: Path) -> None:
    from mlflow import MlflowClient

    record = json.loads((out / "mlflow_run.json").read_text())
    tracked = MlflowClient().get_run(record["run_id"])
    summary = json.loads((out / "summary.json").read_text())
    metrics = tracked.data.metrics
    assert {name: metrics[f"verify/{name}"] for name in summary} == summary
    assert len(metrics) <= 30
    assert tracked.data.params["evaluate.references"] == "5"
    names = {
        Path(file.path).name
        for file in MlflowClient().list_artifacts(record["run_id"], "evaluation")
    }
    assert {"report.html", "roc.png", "det.png", "metrics.json", "figures.json"} <= names
    page = MlflowClient().download_artifacts(record["run_id"], "evaluation/report.html")
    assert Path(page).read_text() == evaluation.uploaded_report.read_text()


def test_a_split_without_test_identities_is_refused_and_nothing_is_written(
    inputs: Inputs, tmp_path: Path
) -> None:
    split = pd.read_parquet(inputs.split / "split.parquet")
    split["part"] = split["part"].replace("test", "train")
    write_table(split, tmp_path / "split.parquet")
    with pytest.raises(InputError, match="no images into test"):
        run(PARAMS, inputs.prepared, tmp_path, inputs.embedder, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["split.parquet"]


def test_an_embedder_of_other_images_is_refused(inputs: Inputs, tmp_path: Path) -> None:
    folder = tmp_path / "embedder"
    shutil.copytree(inputs.embedder, folder)
    (folder / "normalise.json").write_text(
        '{"mode": "tone", "height": 16, "width": 24, "channels": 1}'
    )
    with pytest.raises(InputError, match="mode tone, here shape"):
        run(PARAMS, inputs.prepared, inputs.split, folder, tmp_path / "out")
    (folder / "normalise.json").unlink()
    with pytest.raises(InputError, match=r"normalise\.json: no such file; run train first"):
        run(PARAMS, inputs.prepared, inputs.split, folder, tmp_path / "out")
