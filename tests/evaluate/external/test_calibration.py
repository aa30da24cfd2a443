"""A frozen model's decision, calibrated on images of another scanner by the command."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
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


def decision(usual: Sequence[Usual]) -> Decision:
    model = EvidenceModel({"mean_of_one": -5.0, "mean": -5.0, "constant": -6.0}, Bounds(-4.0, 4.0))
    policies = []
    for references in (1, 2, 3):
        for name in ("equal_error", "far_1pct", "cost", "review"):
            policies.append(Policy("skilled", references, name, Limits(0.0, 0.0), 9, 99, 0.1))
    return Decision({"skilled": model}, 3, 4, policies, usual)


def write_model(folder: Path, decisions: Decisions, **data: Any) -> Path:
    folder.mkdir(exist_ok=True)
    write_graph(folder)
    decision_file.write(decisions, folder)
    (folder / "model_card.md").write_text(CARD)
    bundle.write(folder, {"data": {"catalog.csv": "0" * 64, **data}})
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What freeze ships; evidence is that of a distance of 0.2."""
    mean = -6 - 5 * float(np.log(0.2))
    rows = [Usual("skilled", references, mean, 1.0, 0.1) for references in (1, 2, 3)]
    own = decision(rows)
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


@pytest.fixture
def refusal(
    params: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[Path, Path], str]:
    """Returns the single line of an error with exit code 2, of a run that leaves nothing."""

    def refuse(model: Path, data: Path) -> str:
        with pytest.raises(SystemExit) as stopped:
            calibrate(params, model, data, tmp_path / "out")
        assert stopped.value.code == 2
        assert not (tmp_path / "out").exists()
        lines = capsys.readouterr().err.splitlines()
        errors = [line for line in lines if line.startswith("error: ")]
        assert len(errors) == 1
        return errors[0]

    return refuse


def genuine_only(signatures: Path, folder: Path, people: int) -> Path:
    """Copies the genuine images of some people."""
    for place in sorted(signatures.iterdir())[:people]:
        shutil.copytree(place / "genuine", folder / place.name)
    return folder


def mean_evidence(model: Path, signatures: Path) -> list[float]:
    """The mean evidence of two genuine images of each person, by the exported graph."""
    import tensorflow as tf

    serve = tf.saved_model.load(str(model / "saved_model")).signatures["serving_default"]
    means = []
    for place in sorted(signatures.iterdir()):
        images = [path.read_bytes() for path in sorted(place.glob("genuine/*"))]
        vectors = serve(images=tf.constant(images))["embeddings"].numpy()
        evidence = []
        for i in range(len(vectors)):
            for j in range(i):
                evidence.append(-6 - 5 * np.log(np.linalg.norm(vectors[i] - vectors[j]) / 2**0.5))
        means.append(float(np.mean(evidence)))
    return means


@pytest.mark.slow
def test_the_evidence_of_genuine_images_is_compared_with_that_of_val(
    model: Path, signatures: Path, params: Path, tmp_path: Path
) -> None:
    frozen = bundle.read(model).decisions
    assert frozen.chosen is not None
    of_one = Decisions(replace(frozen.chosen, most_references=1))
    calibrate(params, write_model(tmp_path / "model", of_one), signatures, tmp_path / "out")
    facts = bundle.read(tmp_path / "out").decisions.calibration
    assert facts is not None
    means = mean_evidence(model, signatures)
    expected = np.mean(means) - (-6 - 5 * np.log(0.2))
    assert facts["location"] == pytest.approx(expected, abs=1e-3)
    low, high = facts["interval"]
    margin = 2.365 * np.hypot(0.1, np.std(means, ddof=1) / 8**0.5)
    assert (high - low) / 2 == pytest.approx(margin, rel=1e-3)
    assert (low + high) / 2 == pytest.approx(expected, abs=1e-3)


@pytest.mark.slow
def test_the_decision_is_changed_by_what_was_found(out: Path) -> None:
    written = bundle.read(out).decisions
    facts = written.calibration
    assert facts is not None
    assert written.any_scanner is not None
    assert written.chosen is not None
    assert 0 < facts["trust"] < 1
    before, after = written.any_scanner.models["skilled"], written.chosen.models["skilled"]
    factor, offset = facts["change"]["skilled"]["factor"], facts["change"]["skilled"]["offset"]
    assert after.weights["mean"] == pytest.approx(factor * before.weights["mean"])
    constant = factor * before.weights["constant"] + offset
    assert after.weights["constant"] == pytest.approx(constant)
    assert written.chosen.policies == written.any_scanner.policies


@pytest.mark.slow
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
@pytest.mark.slow
def test_calibrating_anew_replaces_the_calibration(
    out: Path, params: Path, signatures: Path, tmp_path: Path
) -> None:
    calibrate(params, out, signatures, tmp_path / "again")
    for name in ("decision.json", "model_card.md", "manifest.json"):
        assert (tmp_path / "again" / name).read_text() == (out / name).read_text()


@pytest.mark.slow
@pytest.mark.slow
def test_genuine_signatures_alone_leave_the_far_of_forgeries_assumed(
    model: Path, signatures: Path, params: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
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
    refusal: Callable[[Path, Path], str], model: Path, signatures: Path, tmp_path: Path
) -> None:
    data = genuine_only(signatures, tmp_path / "few", people=5)
    message = refusal(model, data)
    assert message.startswith(f"error: {data}: two genuine images or more are there of 5 people")


def test_a_bundle_without_a_decision_model_is_refused(
    refusal: Callable[[Path, Path], str], signatures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "old"
    (folder / "saved_model").mkdir(parents=True)
    (folder / "saved_model" / "saved_model.pb").write_bytes(b"graph")
    (folder / "normalise.json").write_text(json.dumps({"height": 16, "width": 24}))
    threshold.write([], folder)
    bundle.write(folder, {})
    assert "carries no decision model, only thresholds" in refusal(folder, signatures)


def test_a_bundle_that_does_not_say_what_is_usual_is_refused(
    refusal: Callable[[Path, Path], str], signatures: Path, tmp_path: Path
) -> None:
    folder = write_model(tmp_path / "old", Decisions(decision([])))
    assert "does not say how much evidence genuine images had" in refusal(folder, signatures)


@pytest.mark.slow
def test_images_that_the_model_was_made_from_are_refused(
    refusal: Callable[[Path, Path], str], model: Path, signatures: Path, tmp_path: Path
) -> None:
    hashes = [sha256(path) for path in sorted(signatures.rglob("*.png"))]
    decisions = bundle.read(model).decisions
    folder = write_model(tmp_path / "own", decisions, image_sample=sample(hashes[:3]))
    message = refusal(folder, signatures)
    assert "holds images that the model was made from" in message


@pytest.mark.parametrize("options", [["--model", "m"], [], ["--model", "m", "--data", "d", "left"]])
def test_wrong_arguments_are_named(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["calibrate", *options])
    assert stopped.value.code == 2
    assert "error: " in capsys.readouterr().err
