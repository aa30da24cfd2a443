"""A frozen model's decision, calibrated on images of another scanner by the command."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from components.evaluate.__main__ import main
from components.shared.model import bundle
from components.shared.model.image_sample import sample
from components.shared.storage.files import sha256
from components.shared.verification import decision_file, threshold
from components.shared.verification.decision import Decision, Policy, Usual
from components.shared.verification.decision_file import Decisions
from components.shared.verification.decision_limits import Limits
from components.shared.verification.evidence_bounds import Bounds
from components.shared.verification.evidence_model import EvidenceModel
from tests.evaluate.external.frozen import write_graph

ANGLES = (-6, -2, 3, 7)
CARD = "# Model card\n\n## Conclusions\n- Good.\n"


def decision(usual: Usual | None) -> Decision:
    model = EvidenceModel({"mean_of_one": -5.0, "mean": -5.0, "constant": -6.0}, Bounds(-4.0, 4.0))
    policies = []
    for references in (1, 2, 3):
        for name in ("equal_error", "far_1pct", "cost", "review"):
            policies.append(Policy("skilled", references, name, Limits(0.0, 0.0), 9, 99, 0.1))
    return Decision({"skilled": model}, 3, 4, policies, usual)


def write_model(folder: Path, decisions: Decisions, **data: Any) -> Path:
    write_graph(folder)
    decision_file.write(decisions, folder)
    (folder / "model_card.md").write_text(CARD)
    bundle.write(folder, {"data": {"catalog.csv": "0" * 64, **data}})
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What freeze ships; genuine images were twice as far apart as a distance of 0.1 is."""
    own = decision(Usual(float(np.log(0.2)), 0.1, float(np.log(0.3)), 0.1))
    return write_model(tmp_path_factory.mktemp("frozen"), Decisions(own, own))


@pytest.fixture(scope="module")
def params(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("params") / "params.yaml"
    path.write_text("evaluate: {references: 2, draws: 2}\n")
    return path


@pytest.fixture(scope="module")
def signatures(tmp_path_factory: pytest.TempPathFactory, raw_folder: Path) -> Path:
    """A folder for each of 8 people, whose images lie equally far apart: one generated image,
    turned by angles that differ by the same steps for everybody; forgeries are another's.
    """
    folder = tmp_path_factory.mktemp("data") / "our-scanner"
    catalog = pd.read_csv(raw_folder / "catalog.csv", dtype=str)
    paths = catalog.loc[catalog["kind"] == "genuine", "path"]
    for kind, path, angles in (
        ("genuine", paths.iloc[0], ANGLES),
        ("forgery", paths.iloc[-1], ANGLES[1:]),
    ):
        with Image.open(raw_folder / path) as opened:
            image = opened.convert("L")
        for person in range(8):
            place = folder / f"person-{person}" / kind
            place.mkdir(parents=True)
            for angle in angles:
                turned = image.rotate(
                    angle + person / 4, Image.Resampling.BICUBIC, expand=True, fillcolor=255
                )
                turned.save(place / f"{angle}.png")
    return folder


@pytest.fixture(scope="module")
def out(
    tmp_path_factory: pytest.TempPathFactory, model: Path, signatures: Path, params: Path
) -> Path:
    """A whole run of the command."""
    folder = tmp_path_factory.mktemp("calibrated") / "model"
    calibrate(params, model, signatures, folder)
    return folder


def calibrate(params: Path, model: Path, data: Path, out: Path) -> None:
    options = ["--params", str(params), "--model", str(model), "--data", str(data)]
    main(["calibrate", *options, "--out", str(out)])


def refusal(capsys: pytest.CaptureFixture[str], *arguments: Path) -> str:
    """The single line of an error with exit code 2, of a run that leaves nothing."""
    with pytest.raises(SystemExit) as stopped:
        calibrate(*arguments)
    assert stopped.value.code == 2
    assert not arguments[-1].exists()
    lines = capsys.readouterr().err.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    assert len(errors) == 1
    return errors[0]


def genuine_only(signatures: Path, folder: Path, people: int) -> Path:
    """Copies the genuine images of some people."""
    for place in sorted(signatures.iterdir())[:people]:
        shutil.copytree(place / "genuine", folder / place.name)
    return folder


def log_distances(model: Path, signatures: Path) -> list[float]:
    """The mean log distance of two genuine images of each person, by the exported graph."""
    import tensorflow as tf

    serve = tf.saved_model.load(str(model / "saved_model")).signatures["serving_default"]
    means = []
    for place in sorted(signatures.iterdir()):
        images = [path.read_bytes() for path in sorted(place.glob("genuine/*"))]
        vectors = serve(images=tf.constant(images))["embeddings"].numpy()
        logs = []
        for i in range(len(vectors)):
            for j in range(i):
                logs.append(np.log(np.linalg.norm(vectors[i] - vectors[j]) / 2**0.5))
        means.append(float(np.mean(logs)))
    return means


def test_the_shift_is_the_difference_of_what_is_usual(
    out: Path, model: Path, signatures: Path
) -> None:
    written = bundle.read(out).decisions
    assert written.chosen is written.known_scanner
    assert written.chosen is not None
    means = log_distances(model, signatures)
    expected = np.log(0.2) - np.mean(means)
    assert written.chosen.shift.distance == pytest.approx(expected, abs=1e-4)
    facts = written.calibration
    assert facts is not None
    low, high = facts["interval"]
    margin = 2.365 * np.std(means, ddof=1) / 8**0.5
    assert (high - low) / 2 == pytest.approx(margin, rel=1e-3)
    assert (low + high) / 2 == pytest.approx(expected, abs=1e-4)


def test_the_new_bundle_says_what_it_was_calibrated_on(
    out: Path, model: Path, signatures: Path
) -> None:
    written = bundle.read(out)
    facts = written.decisions.calibration
    assert facts is not None
    assert (facts["people"], facts["images"], facts["data"]) == (8, 32, signatures.name)
    assert facts["model"] == bundle.version_of((model / "manifest.json").read_bytes())
    assert facts["forgeries"] == "measured"
    assert {name.split("/")[0] for name in facts["rates"]} == {"refs_1", "refs_2"}
    assert written.decisions.any_scanner == bundle.read(model).decisions.any_scanner
    card = (out / "model_card.md").read_text()
    assert "## Calibration\nThe decision is calibrated on “our-scanner”: 8 people" in card
    assert str(signatures) not in card + (out / "decision.json").read_text()


@pytest.mark.slow
def test_calibrating_anew_replaces_the_calibration(
    out: Path, params: Path, signatures: Path, tmp_path: Path
) -> None:
    calibrate(params, out, signatures, tmp_path / "again")
    for name in ("decision.json", "model_card.md", "manifest.json"):
        assert (tmp_path / "again" / name).read_text() == (out / name).read_text()


@pytest.mark.slow
def test_genuine_signatures_alone_leave_the_far_of_forgeries_assumed(
    params: Path,
    model: Path,
    signatures: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = genuine_only(signatures, tmp_path / "my-genuine", people=8)
    calibrate(params, model, data, tmp_path / "out")
    text = capsys.readouterr().out
    assert "“my-genuine”: 8 people, 32 genuine images" in text
    assert "assumed, not measured" in text
    assert "assumed, not measured" in (tmp_path / "out" / "model_card.md").read_text()
    facts = json.loads((tmp_path / "out" / "decision.json").read_text())["calibration"]
    assert facts["forgeries"] == "assumed"
    assert facts["rates"]["refs_1/frr"] >= 0


@pytest.mark.slow
def test_the_calibrated_bundle_is_evaluated_by_its_own_decision(
    out: Path, params: Path, signatures: Path, tmp_path: Path
) -> None:
    options = ["--params", str(params), "--model", str(out), "--data", str(signatures)]
    main([*options, "--out", str(tmp_path / "report")])
    metrics = json.loads((tmp_path / "report" / "metrics.json").read_text())
    rates = metrics["decision"]["skilled"]["refs_1"]
    expected = json.loads((out / "decision.json").read_text())["calibration"]["rates"]
    assert rates["far_at_threshold"] == pytest.approx(expected["refs_1/skilled/far"])
    assert rates["frr_at_threshold"] == pytest.approx(expected["refs_1/frr"])
    assert "its decision was calibrated on" in (tmp_path / "report" / "report.html").read_text()


def test_too_few_people_are_refused(
    params: Path,
    model: Path,
    signatures: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = genuine_only(signatures, tmp_path / "few", people=5)
    message = refusal(capsys, params, model, data, tmp_path / "out")
    assert message.startswith(f"error: {data}: two genuine images or more are there of 5 people")


def test_a_bundle_without_a_decision_model_is_refused(
    params: Path, signatures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "old"
    (folder / "saved_model").mkdir(parents=True)
    (folder / "saved_model" / "saved_model.pb").write_bytes(b"graph")
    (folder / "normalise.json").write_text(json.dumps({"height": 16, "width": 24}))
    threshold.write([], folder)
    bundle.write(folder, {})
    message = refusal(capsys, params, folder, signatures, tmp_path / "out")
    assert "carries no decision model, only thresholds" in message


@pytest.mark.slow
def test_images_that_the_model_was_made_from_are_refused(
    params: Path,
    model: Path,
    signatures: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    hashes = [sha256(path) for path in sorted(signatures.rglob("*.png"))]
    decisions = bundle.read(model).decisions
    folder = tmp_path / "own"
    folder.mkdir()
    write_model(folder, decisions, image_sample=sample(hashes[:3]))
    message = refusal(capsys, params, folder, signatures, tmp_path / "out")
    assert "holds images that the model was made from" in message


@pytest.mark.parametrize("options", [["--model", "m"], [], ["--model", "m", "--data", "d", "left"]])
def test_wrong_arguments_are_named(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["calibrate", *options])
    assert stopped.value.code == 2
    assert "error: " in capsys.readouterr().err
