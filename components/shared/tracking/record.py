"""mlflow_run.json: the record of its run that a step leaves in its output folder."""

import math
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Self

import yaml
from pydantic import BaseModel

from components.shared.runtime import bounded_yaml
from components.shared.runtime.errors import redact_credentials
from components.shared.runtime.params import StepParams
from components.shared.storage.reading import parse_json, reading

RECORD = "mlflow_run.json"
SOURCE = "ingest.source"


class Record(BaseModel):
    """The content of `mlflow_run.json`: enough to log a step's output folder later.

    Attributes:
        run_id: the MLflow run; null where the store was down.
        name: of the run; null in records of earlier versions.
        step: of the metrics that were logged last.
        params: by their dotted names.
        metrics: the last value of each.
        tags: of the run.
    """

    run_id: str | None = None
    name: str | None = None
    step: int = 0
    params: dict[str, str] = {}
    metrics: dict[str, float] = {}
    tags: dict[str, str] = {}

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Reads the record in a step's output folder; an empty one where there is none.

        Raises:
            InputError: it is damaged.
        """
        path = folder / RECORD
        if not path.is_file():
            return cls()
        with reading(path, "not the record of a run ({reason}); run the step again"):
            return cls.parse(path.read_bytes())

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Reads a record from the bytes of its file.

        Raises:
            ValueError: it is none.
        """
        return parse_json(content, cls)

    def write(self, folder: Path) -> None:
        """Writes the record into an output folder."""
        (folder / RECORD).write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


def flat_params(section: str, params: BaseModel) -> dict[str, str]:
    """Returns parameters by their dotted names, spelled as in YAML, addresses without passwords."""
    flat: dict[str, str] = {}
    for key in type(params).model_fields:
        name, value = f"{section}.{key}", getattr(params, key)
        nested = isinstance(value, StepParams)
        flat |= flat_params(name, value) if nested else {name: safe_text(_plain(value))}
    return flat


def _plain(value: object) -> object:
    """Returns a value with the parameters in a list as they were given."""
    if not isinstance(value, tuple):
        return value
    return [
        each.model_dump(mode="json", exclude_unset=True) if isinstance(each, BaseModel) else each
        for each in value
    ]


def text_of(params: Mapping[str, str], name: str) -> str | None:
    """Returns a recorded parameter that is a text, without YAML's quotes; None where it is not
    recorded.
    """
    recorded = params.get(name)
    if recorded is None:
        return None
    value = _value(recorded)
    return value if isinstance(value, str) else recorded


def source_name(params: Mapping[str, str]) -> str | None:
    """Returns the name of the recorded source, of a path or an address its last part alone; of
    several, the names of the collections: `cedar + bengali`.
    """
    source = text_of(params, SOURCE)
    if names := collection_names(params):
        return " + ".join(names)
    return last_part(source) if source else None


def collection_names(params: Mapping[str, str]) -> list[str]:
    """Returns the names of the recorded collections, none of a single source."""
    recorded = _value(params.get(SOURCE, "null"))
    collections = recorded if isinstance(recorded, list) else []
    return [str(each["name"]) for each in collections if isinstance(each, dict) and "name" in each]


def _value(recorded: str) -> object:
    """Returns the value of a recorded parameter; its text where that is no YAML."""
    try:
        return bounded_yaml.parse(recorded)
    except yaml.YAMLError:
        return recorded


def last_part(address: str) -> str:
    """Returns the last part of a path or an address, which names no folder of a user and no key."""
    return PurePosixPath(address.partition("?")[0]).name or address


def safe_text(value: object) -> str:
    """Returns a value as `yaml_text`, its addresses without credentials."""
    return yaml_text(_redacted(value))


def yaml_text(value: object) -> str:
    """Returns a value as YAML spells it in one line, as `-S name=text` would set it."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=math.inf)
    text = text.removesuffix("\n").removesuffix("\n...")
    if len(text.splitlines()) == 1:
        return text
    # Only double quotes escape the line breaks of a string.
    quoted = yaml.safe_dump(value, default_flow_style=True, default_style='"', width=math.inf)
    return quoted.removesuffix("\n")


def _redacted(value: object) -> object:
    if isinstance(value, str):
        return redact_credentials(value)
    if isinstance(value, Mapping):
        return {name: _redacted(each) for name, each in value.items()}
    return [_redacted(each) for each in value] if isinstance(value, list | tuple) else value
