"""Results of `make repro` in the project itself: the figures of the default data."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def metrics() -> dict[str, Any]:
    path = PROJECT / "reports" / "evaluation" / "metrics.json"
    if not path.is_file() or _source() != "sample":
        pytest.skip("needs the outputs of `make repro`")
    content: dict[str, Any] = json.loads(path.read_text())
    return content


@pytest.mark.parametrize("kind", ["skilled", "random"])
def test_training_lowers_the_error_rate_by_more_than_chance(
    metrics: dict[str, Any], kind: str
) -> None:
    """The whole 95 % interval of the difference, over identities on the same pairs, lies below
    zero.
    """
    untrained = metrics["floor"]["untrained"][kind]["refs_1"]
    assert metrics["verification"][kind]["refs_1"]["eer"] < untrained["eer"]
    assert untrained["eer_difference_ci_high"] < 0


def _source() -> str:
    """What the outputs at hand were made from."""
    lock = yaml.safe_load((PROJECT / "dvc.lock").read_text())
    return str(lock["stages"]["ingest"]["params"]["params.yaml"]["ingest"]["source"])
