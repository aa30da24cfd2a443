"""The files that the results become."""

import json
import math
from base64 import b64encode
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from components.evaluate.decision.carried import apply_with_searches
from components.evaluate.decision.deciding import decide
from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import run_protocols
from components.evaluate.report import plots
from components.evaluate.report.individuals import Individuals, Pair, Picture
from components.evaluate.report.mistakes import Mistake
from components.evaluate.report.results import Results
from components.evaluate.report.subject import Subject
from components.shared.verification.decision_file import Decisions
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(draws=2)
MISTAKE = Mistake("false rejection", "writer-03", 0, 1, 0.75, 0.5)
REFERENCE, PROBE = Picture(b"left", "images/anna/1.png"), Picture(b"right", "images/anna/2.png")
SHORTCUTS = {
    "probe/source/auc": 0.5,
    "probe/source/n_identities": 6.0,
    "probe/source/n_images": 66.0,
}
FILES = {
    "metrics.json", "summary.json", "decision.json", "distributions.json", "scores.parquet",
    "roc.csv", "det.csv",
    "cmc.csv", "roc.png", "det.png", "scores.png", "identities.png", "tippett.png",
    "cross_entropy.png", "reliability.png", "identification.json", "identification.png",
    "summary.txt", "report.html", "upload",
}  # fmt: skip
EVIDENCE = {
    "identification.json",
    "identification.png",
    "tippett.png",
    "cross_entropy.png",
    "reliability.png",
}


@pytest.fixture(scope="module")
def results() -> Results:
    part = made_up(PARAMS, 6, 7, 4)
    decisions, _ = decide(part, PARAMS, parts=1)
    decided = apply_with_searches(part, decisions.chosen, PARAMS)
    return Results(
        subject=Subject("hard-mining", "cedar"),
        metrics=run_protocols(part, PARAMS).metrics | SHORTCUTS | decided.metrics,
        tables={"cmc.csv": pd.DataFrame({"rank": [1, 2], "share": [1 / 3, math.nan]})},
        part=part,
        decisions=decisions,
        individuals=Individuals([("writer-03", 0.5)], [Pair(MISTAKE, REFERENCE, PROBE)]),
        origin={"git revision": "0123abc"},
        parameters={"train.mining": "hard"},
        shortcut_lines=["source files tell nothing"],
        notices=["Read this first."],
        decided=decided.verified,
        searches=decided.searches,
    )


@pytest.fixture(scope="module")
def written(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the results are written into."""
    folder = tmp_path_factory.mktemp("written")
    results.write(folder, PARAMS)
    return folder


def test_every_file_is_written_and_says_the_same(written: Path) -> None:
    assert {path.name for path in written.iterdir()} == FILES
    metrics = json.loads((written / "metrics.json").read_text())
    eer = metrics["decision"]["skilled"]["refs_1"]["eer"]
    assert json.loads((written / "summary.json").read_text())["eer_skilled"] == eer
    summary = (written / "summary.txt").read_text()
    report = (written / "report.html").read_text()
    for text in (summary, report):
        assert f"{eer * 100:.1f}" in text
        assert "Read this first." in text
        assert "source files tell nothing" in text
    assert (written / "cmc.csv").read_text() == "rank,share\n1,0.333333333\n2,NaN\n"


def test_the_answer_is_the_decision_s_and_its_evidence_is_drawn_without_one_neither(
    results: Results, tmp_path: Path
) -> None:
    assert " by the mean distance alone" in results.sentences(PARAMS)[0]
    assert any("At the limit that val chose" in each for each in results.sentences(PARAMS))
    plain = {name: v for name, v in results.metrics.items() if not name.startswith("decision/")}
    thresholds = Decisions(thresholds=results.thresholds)
    undecided = replace(results, decisions=thresholds, metrics=plain, decided=(), searches=())
    undecided.write(tmp_path, PARAMS)
    assert {path.name for path in tmp_path.iterdir()} == FILES - EVIDENCE
    assert "by the mean distance alone" not in (tmp_path / "report.html").read_text()


def test_a_target_below_what_val_can_show_is_warned_of_first(
    results: Results, written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plots, "draw", lambda *_: [])
    few = "FAR ≤ 1 % against random forgeries, 1 to 6 references (6 identities with "
    results.write(tmp_path, PARAMS.model_copy(update={"target": 0.01}))
    for folder, warned in ((written, False), (tmp_path, True)):
        summary = (folder / "summary.txt").read_text()
        assert (few in summary[: summary.index("the decision on the test")]) == warned
        assert summary.count(few) == warned
        assert (few in (folder / "report.html").read_text()) == warned
    rows = json.loads((tmp_path / "decision.json").read_text())["thresholds"]
    assert {row["n_identities"] for row in rows} == {6}


def test_the_report_s_title_names_model_data_and_day(results: Results, written: Path) -> None:
    title = results.subject.title(date.today())
    for copy in ("report.html", "upload/report.html"):
        page = (written / copy).read_text()
        assert f"<title>{title}</title>" in page
        assert f"<h1>{title}</h1>" in page


def test_the_copy_for_upload_names_nobody_and_has_no_pictures_or_files_of_people(
    written: Path,
) -> None:
    copies = (written / "report.html", written / "upload" / "report.html")
    local, upload = [copy.read_text().replace("<wbr>", "") for copy in copies]
    for secret in ("writer-03", "images/anna/1.png", "images/anna/2.png", b64encode(b"left")):
        text = secret if isinstance(secret, str) else secret.decode()
        assert text in local
        assert text not in upload
