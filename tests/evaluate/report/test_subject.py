"""The subject of a report, and its title."""

from datetime import date
from pathlib import Path

import pytest

from components.evaluate.report.subject import Subject
from components.shared.data.normalisation import Normalisation
from components.shared.model.bundle import Bundle
from components.shared.storage.files import sha256
from components.shared.tracking.record import Record
from components.shared.verification.decision_file import Decisions


def test_the_title_names_model_data_and_day() -> None:
    title = Subject("hard-mining", "cedar").title(date(2026, 11, 9))
    assert title == "Evaluation of hard-mining on cedar, 9 November 2026"


@pytest.mark.parametrize(
    ("source", "data"),
    [
        ("cedar", "cedar"),
        ("/home/anna/scans", "scans"),
        ("https://host/a/b.zip?key=secret", "b.zip"),
    ],
)
def test_a_trained_model_has_the_name_of_its_run_and_its_data_that_of_the_source(
    source: str, data: str, tmp_path: Path
) -> None:
    training = Record(name="hard-mining", params={"ingest.source": source})
    assert Subject.trained(training, tmp_path) == ("hard-mining", data, False)


def test_a_model_without_a_recorded_run_is_named_by_its_file(tmp_path: Path) -> None:
    model = tmp_path / "embedder.keras"
    model.write_bytes(b"weights")
    subject = Subject.trained(Record(), tmp_path)
    assert subject == (f"model {sha256(model)[:12]}", "data without a recorded name", False)


def test_a_shipped_model_has_the_name_of_its_version(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text("{}")
    bundle = Bundle(tmp_path, Normalisation(), Decisions(), {})
    for address in ("/home/anna/photos.zip", "s3://bucket/photos.zip"):
        subject = Subject.frozen(bundle, address)
        assert subject == (f"model {sha256(manifest)[:12]}", "photos.zip", True)
