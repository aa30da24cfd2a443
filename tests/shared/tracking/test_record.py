"""mlflow_run.json: the record that a step leaves in its output folder."""

from pathlib import Path

import pytest

from components.ingest.params import IngestParams
from components.shared.runtime.params import StepParams
from components.shared.tracking.record import (
    Record,
    collection_names,
    flat_params,
    safe_text,
    source_name,
    text_of,
    yaml_text,
)


class Inner(StepParams):
    flip: bool = True
    scale: float = 1e-5


class Outer(StepParams):
    margin: float | str = "soft"
    blocks: tuple[int, ...] = (7, 10)
    augment: Inner = Inner()
    publish: str | None = None


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = Record(
        run_id="0123",
        name="train-0a1b2c",
        step=7,
        params={"train.seed": "0"},
        metrics={"eer": 0.25},
        tags={"stage": "train"},
    )
    record.write(tmp_path)
    assert Record.read(tmp_path) == record
    assert Record.parse((tmp_path / "mlflow_run.json").read_bytes()) == record


def test_a_folder_without_a_record_has_an_empty_one(tmp_path: Path) -> None:
    assert Record.read(tmp_path) == Record()


@pytest.mark.parametrize("text", ["photos", "001", "photos: 2024", "@x", "s3://bucket/a", "null"])
def test_a_recorded_text_is_read_without_the_quotes_of_yaml(text: str) -> None:
    assert text_of({"ingest.source": yaml_text(text)}, "ingest.source") == text


def test_a_text_recorded_before_without_quotes_stays_and_a_missing_one_is_none() -> None:
    assert text_of({"ingest.source": "001"}, "ingest.source") == "001"
    assert text_of({}, "ingest.source") is None


def test_parameters_are_flat_and_spelled_as_in_yaml() -> None:
    assert flat_params("train", Outer(blocks=(7, 10))) == {
        "train.margin": "soft",
        "train.blocks": "[7, 10]",
        "train.augment.flip": "true",
        "train.augment.scale": "1.0e-05",
        "train.publish": "null",
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        ("1", "'1'"),
        ("", "''"),
        (["a", None], "[a, null]"),
        ("two\nlines", '"two\\nlines"'),
    ],
)
def test_a_value_is_one_line_that_yaml_reads_back(value: object, text: str) -> None:
    assert yaml_text(value) == text


def test_a_record_of_an_earlier_version_that_stored_credentials_is_copied_without_them() -> None:
    source = [{"name": "a", "source": "https://anna:planted@example.org/a.zip?key=planted"}]
    assert safe_text(source) == "[{name: a, source: 'https://example.org/a.zip'}]"


def test_several_collections_are_called_by_their_names() -> None:
    source = [{"name": "cedar", "source": "/home/ann/cedar"}, {"name": "b", "source": "sample"}]
    params = flat_params("ingest", IngestParams.model_validate({"source": source}))
    assert params["ingest.source"] == yaml_text(source)
    assert source_name(params) == "cedar + b"
    assert collection_names(params) == ["cedar", "b"]
    assert collection_names({"ingest.source": "sample"}) == collection_names({}) == []
