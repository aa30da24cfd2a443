import json
from pathlib import Path

from components.ingest.params import IngestParams, SampleParams
from tests.ingest.conftest import fingerprint_of


def test_the_sample_is_told_by_its_parameters_and_the_generator(tmp_path: Path) -> None:
    first = fingerprint_of(IngestParams(sample=SampleParams(seed=1)), tmp_path)
    assert first == fingerprint_of(IngestParams(sample=SampleParams(seed=1)), tmp_path)
    assert first != fingerprint_of(IngestParams(sample=SampleParams(seed=2)), tmp_path)
    facts = json.loads(first)
    assert facts["seed"] == 1
    assert "version" in facts
