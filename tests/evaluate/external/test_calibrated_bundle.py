"""The bundle that a calibration writes."""

import json
from pathlib import Path

import pytest

from components.evaluate.external import calibrated_bundle
from components.shared.model import bundle
from components.shared.verification import distributions, measured_rates
from components.shared.verification.decision_file import Decisions
from tests.bundles import write_bundle
from tests.evaluate.external.test_calibration_text import FACTS

CARD = "# Model card\n\nAn embedder.\n\n## Conclusions\n- Good.\n\n## Limits\n- Some.\n"
DECISIONS = Decisions(calibration=FACTS)


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    folder = write_bundle(tmp_path / "frozen", note="kept")
    (folder / "model_card.md").write_text(CARD)
    (folder / "mlflow_run.json").write_text("{}")
    bundle.write(folder, {"note": "kept"})
    return folder


def test_it_is_a_whole_bundle_of_another_version(frozen: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in frozen.rglob("*") if path.is_file()}
    source, out = bundle.read(frozen), tmp_path / "out"
    version = calibrated_bundle.write(source, DECISIONS, out)
    written = bundle.read(out)
    assert written.decisions.calibration == FACTS
    assert written.manifest["calibration"] == FACTS
    assert written.manifest["note"] == "kept"
    assert version == bundle.version_of((out / "manifest.json").read_bytes())
    assert version != bundle.version_of((frozen / "manifest.json").read_bytes())
    assert (out / "mlflow_run.json").read_text() == "{}"
    assert {path: path.read_bytes() for path in before} == before


def test_what_the_decision_before_had_measured_is_not_carried_on(
    frozen: Path, tmp_path: Path
) -> None:
    measured_rates.write([], frozen)
    distributions.write([], frozen)
    (frozen / "identification.json").write_text("[]")
    bundle.write(frozen, {"note": "kept"})
    calibrated_bundle.write(bundle.read(frozen), DECISIONS, tmp_path / "out")
    files = bundle.read(tmp_path / "out").manifest["files"]
    assert not {"rates.json", "distributions.json", "identification.json"} & set(files)


def test_the_model_card_has_one_section_on_it_before_the_conclusions(
    frozen: Path, tmp_path: Path
) -> None:
    calibrated_bundle.write(bundle.read(frozen), DECISIONS, tmp_path / "one")
    later = Decisions(calibration={**FACTS, "data": "another"})
    calibrated_bundle.write(bundle.read(tmp_path / "one"), later, tmp_path / "two")
    one, two = ((tmp_path / name / "model_card.md").read_text() for name in ("one", "two"))
    headings = [line for line in one.splitlines() if line.startswith("#")]
    assert headings == ["# Model card", "## Calibration", "## Conclusions", "## Limits"]
    assert two == one.replace("our-scanner", "another")
    assert calibrated_bundle.with_section("# Card\n", "Text.").endswith("## Calibration\nText.\n")


def test_a_bundle_names_the_one_before_its_first_calibration(frozen: Path, tmp_path: Path) -> None:
    original = calibrated_bundle.original_version(bundle.read(frozen))
    assert original == bundle.version_of((frozen / "manifest.json").read_bytes())
    decisions = Decisions(calibration={**FACTS, "model": original})
    calibrated_bundle.write(bundle.read(frozen), decisions, tmp_path / "out")
    assert calibrated_bundle.original_version(bundle.read(tmp_path / "out")) == original


def test_a_failure_leaves_the_folder_as_it_was(
    frozen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    out = tmp_path / "out"
    calibrated_bundle.write(bundle.read(frozen), DECISIONS, out)
    before = (out / "manifest.json").read_bytes()
    monkeypatch.setattr(bundle, "write", fail)
    with pytest.raises(OSError, match="the disk is full"):
        calibrated_bundle.write(bundle.read(frozen), Decisions(calibration={**FACTS}), out)
    assert (out / "manifest.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frozen", "out"]
    bundle.read(out)


def test_a_bundle_may_be_calibrated_in_its_own_folder(frozen: Path) -> None:
    calibrated_bundle.write(bundle.read(frozen), DECISIONS, frozen)
    assert bundle.read(frozen).decisions.calibration == FACTS
    assert json.loads((frozen / "manifest.json").read_text())["schema"] == 1
