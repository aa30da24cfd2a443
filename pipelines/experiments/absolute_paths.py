"""Full paths in place of relative ones: experiments run in a copy of the project, where a relative
path leads nowhere.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from components.ingest.params import LAYOUTS
from components.shared.tracking.record import yaml_text
from components.split.params import DRAWN
from pipelines.sections import Sections


class PathParameter(NamedTuple):
    """A parameter that may be a path on this machine, and the names by which it means no path."""

    section: str
    key: str
    names: tuple[str, ...] = ()


PATH_PARAMETERS = (
    PathParameter("ingest", "source", ("sample", "cedar", "bhsig260")),
    PathParameter("ingest", "layout", LAYOUTS),
    PathParameter("split", "by", DRAWN),
    PathParameter("train", "weights", ("none", "imagenet")),
    PathParameter("train", "start_from"),
)
REPOSITORY = "dvc:"


def absolute_paths(sections: Sections) -> list[str]:
    """Returns assignments of the full paths of what the sections name and this machine has."""
    assignments = []
    for section, key, names in PATH_PARAMETERS:
        value = sections[section].get(key)
        if isinstance(value, list):
            path: object = [_absolute_collection(each) for each in value]
        elif value is None or value in names:
            continue
        else:
            path = _absolute(value)
        if path != value:
            assignments.append(f"{section}.{key}={yaml_text(path)}")
    return assignments


def _absolute_collection(collection: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a collection of `ingest.source` with full paths."""
    changed = dict(collection)
    for section, key, names in PATH_PARAMETERS:
        value = collection.get(key)
        if section == "ingest" and value is not None and value not in names:
            changed[key] = _absolute(value)
    return changed


def _absolute(value: str) -> str:
    """Returns a value with the full path of the file, folder or DVC repository that it names."""
    prefix, path, rest = "", value, ""
    if value.startswith(REPOSITORY):
        prefix = REPOSITORY
        path, at, revision = value.removeprefix(REPOSITORY).rpartition("@")
        rest = at + revision
    location = Path(path).expanduser()
    return f"{prefix}{location.resolve()}{rest}" if path and location.exists() else value
