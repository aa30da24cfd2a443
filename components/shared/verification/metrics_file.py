"""metrics.json: a step's figures, for DVC and for the steps that follow."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.shared.storage.reading import read_json, reading

METRICS = "metrics.json"
COUNTS = {"images", "rejected", "duplicates", "inverted", "identities", "disguised"}


def write(folder: Path, metrics: Mapping[str, float]) -> None:
    """Writes metrics.json into `folder`."""
    write_json(folder / METRICS, nested(metrics))


def nested(metrics: Mapping[str, float]) -> dict[str, Any]:
    """Returns the metrics as a tree: names are split at `/`; counts are whole numbers."""
    tree: dict[str, Any] = {}
    for name, value in metrics.items():
        *path, leaf = name.split("/")
        branch = tree
        for part in path:
            branch = branch.setdefault(part, {})
        branch[leaf] = int(value) if leaf.startswith("n_") or leaf in COUNTS else value
    return tree


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """Returns the metrics of a tree by their names, joined with `/`: the inverse of `nested`."""
    flat: dict[str, float] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        flat |= flatten(value, f"{name}/") if isinstance(value, dict) else {name: float(value)}
    return flat


def read(folder: Path) -> dict[str, float]:
    """Reads metrics.json of `folder`: the metrics by name.

    Raises:
        InputError: it is missing, or no tree of finite numbers.
    """
    path = folder / METRICS
    damaged = "not valid JSON, or no figures: {reason}; run evaluate again"
    with reading(path, damaged, missing="run evaluate first"):
        return flatten(read_json(path, dict[str, Any]))


def write_json(path: Path, content: object) -> None:
    """Writes JSON that every reader takes: no NaN, no infinity."""
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
