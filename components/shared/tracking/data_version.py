"""Which version of the data was used: from the source's fingerprint into the record of a training."""

import json
from collections.abc import Mapping
from pathlib import Path

FINGERPRINT = Path("data/source.json")
VERSIONED = {"s3", "dvc"}


def params(facts: Mapping[str, object]) -> dict[str, str]:
    """A fingerprint as parameters `ingest.origin.…`; none where the source is of a kind that has no
    versions.
    """
    versioned = facts.get("kind") in VERSIONED
    return {f"ingest.origin.{name}": str(fact) for name, fact in facts.items()} if versioned else {}


def recorded() -> dict[str, str]:
    """The same of the fingerprint that DVC's stage has left, if any."""
    return (
        params(json.loads(FINGERPRINT.read_text(encoding="utf-8"))) if FINGERPRINT.is_file() else {}
    )
