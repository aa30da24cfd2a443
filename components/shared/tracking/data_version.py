"""The data of a training, for its record: the source's version, and the parameters of its steps."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from components.shared.storage.reading import read_json, reading
from components.shared.tracking.record import safe_text

FINGERPRINT = Path("data/source.json")
LOCK = Path("dvc.lock")
VERSIONED = {"s3", "dvc"}
"""Kinds of source that have versions."""
ORIGIN = "ingest.origin."
DATA_STAGES = ("ingest", "preprocess", "split")


def params(facts: Mapping[str, object]) -> dict[str, str]:
    """Returns a source's fingerprint as parameters `ingest.origin.…`; of several sources, as
    `ingest.origin.<collection>.…`.

    None, where a source is of a kind that has no versions.
    """
    collections = facts.get("collections")
    if isinstance(collections, Mapping):
        versions: dict[str, str] = {}
        for collection, own in collections.items():
            for name, fact in params(own).items():
                versions[name.replace(ORIGIN, f"{ORIGIN}{collection}.", 1)] = fact
        return versions
    if facts.get("kind") not in VERSIONED:
        return {}
    return {f"{ORIGIN}{name}": str(fact) for name, fact in facts.items()}


def recorded_params() -> dict[str, str]:
    """Returns the parameters of the data that dvc.lock and the source's fingerprint record.

    None, where the step does not run as a DVC stage.

    Raises:
        InputError: one of the two is damaged.
    """
    if "DVC_STAGE" not in os.environ or not LOCK.is_file():
        return {}
    with reading(LOCK, "no record of DVC: python -m pipelines unlock mends it ({reason})"):
        recorded = _of_data_stages(yaml.safe_load(LOCK.read_bytes()) or {})
    if FINGERPRINT.is_file():
        with reading(FINGERPRINT, "damaged; run ingest again ({reason})"):
            recorded |= params(read_json(FINGERPRINT, dict))
    return recorded


def _of_data_stages(lock: Mapping[str, Any]) -> dict[str, str]:
    stages = lock.get("stages", {})
    recorded: dict[str, str] = {}
    for stage in DATA_STAGES:
        for values in stages.get(stage, {}).get("params", {}).values():
            own = {name: value for name, value in values.items() if name == stage}
            recorded |= _flat(own)
    return recorded


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Returns nested values by their dotted names, each as YAML spells it."""
    flat: dict[str, str] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        flat |= _flat(value, f"{name}.") if isinstance(value, dict) else {name: safe_text(value)}
    return flat
