"""Results of `make repro` in the project itself: the figures of the default data."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.shared.verification.metric_names import FLOORS, KINDS

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def metrics() -> dict[str, Any]:
    path = PROJECT / "reports" / "evaluation" / "metrics.json"
    if not path.is_file() or _source() != "sample":
        pytest.skip("needs the outputs of `make repro`")
    content: dict[str, Any] = json.loads(path.read_text())
    return content


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("floor", FLOORS)
def test_the_model_beats_every_floor_by_more_than_chance(
    metrics: dict[str, Any], floor: str, kind: str
) -> None:
    """The whole 95 % interval of the difference, over identities on the same pairs, lies below
    zero.
    """
    measured = metrics["floor"][floor][kind]["refs_1"]
    assert metrics["verification"][kind]["refs_1"]["eer"] < measured["eer"]
    assert measured["eer_difference_ci_high"] < 0


def test_simple_statistics_tell_forgeries_no_better_than_they_did(metrics: dict[str, Any]) -> None:
    """Forgeries of version 2 of the generator were told with an AUC of 0.742."""
    assert metrics["probe"]["prepared"]["auc"] < 0.74


def _source() -> str:
    """What the outputs at hand were made from."""
    lock = yaml.safe_load((PROJECT / "dvc.lock").read_text())
    return str(lock["stages"]["ingest"]["params"]["params.yaml"]["ingest"]["source"])
