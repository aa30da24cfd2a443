"""The data of a training, as its record names them."""

import json
from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from components.shared.tracking import data_version

FACTS = {"kind": "s3", "address": "s3://bucket/signatures", "objects": 12}
ORIGIN = {
    "ingest.origin.kind": "s3",
    "ingest.origin.address": "s3://bucket/signatures",
    "ingest.origin.objects": "12",
}
LOCK = """
stages:
  split:
    params:
      params.yaml:
        split: {seed: 3, by: '2024', of: [a, null]}
        train.val_references: 5
"""


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of a DVC stage."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_STAGE", "train")
    (tmp_path / "dvc.lock").write_text(LOCK)
    return tmp_path


def test_a_source_with_versions_is_recorded_and_another_is_not() -> None:
    assert data_version.params(FACTS) == ORIGIN
    assert data_version.params({"kind": "folder", "files": 3}) == {}


def test_each_collection_s_version_is_recorded_under_its_name() -> None:
    facts = {"kind": "collections", "collections": {"a": FACTS, "b": {"kind": "folder"}, "c": {}}}
    assert data_version.params(facts) == {
        "ingest.origin.a.kind": "s3",
        "ingest.origin.a.address": "s3://bucket/signatures",
        "ingest.origin.a.objects": "12",
    }


def test_the_parameters_of_each_data_step_s_own_section_come_from_dvc_lock_spelled_as_in_yaml(
    stage: Path,
) -> None:
    assert data_version.recorded_params() == {
        "split.seed": "3",
        "split.by": "'2024'",
        "split.of": "[a, null]",
    }


def test_the_source_s_version_comes_from_the_fingerprint(stage: Path) -> None:
    (stage / "data").mkdir()
    (stage / "data" / "source.json").write_text(json.dumps(FACTS))
    assert ORIGIN.items() <= data_version.recorded_params().items()


def test_outside_of_dvc_nothing_is_recorded(stage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (stage / "dvc.lock").write_text("")
    assert data_version.recorded_params() == {}
    (stage / "dvc.lock").write_text(LOCK)
    monkeypatch.delenv("DVC_STAGE")
    assert data_version.recorded_params() == {}


@pytest.mark.parametrize("content", [b"a: [", b"[1]", b"stages: 3", b"\xff"])
def test_a_damaged_lock_of_dvc_is_refused_in_one_line(content: bytes, stage: Path) -> None:
    (stage / "dvc.lock").write_bytes(content)
    with pytest.raises(InputError, match=r"dvc\.lock: no record of DVC.*unlock"):
        data_version.recorded_params()


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff", b'{"kind": NaN}'])
def test_a_damaged_fingerprint_is_refused_in_one_line(content: bytes, stage: Path) -> None:
    (stage / "data").mkdir()
    (stage / "data" / "source.json").write_bytes(content)
    with pytest.raises(InputError, match=r"source\.json: damaged; run ingest again"):
        data_version.recorded_params()
