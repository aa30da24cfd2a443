"""Paths of parameters: relative ones are made absolute, and no parameter is forgotten."""

from pathlib import Path
from typing import Any

import pytest

from pipelines import sections
from pipelines.experiments.absolute_paths import PATH_PARAMETERS, absolute_paths

PARAMS = Path(__file__).parents[3] / "params.yaml"
NO_PATHS = {
    "ingest.encoding",
    "ingest.name",  # of a collection
    "ingest.sha256",
    "freeze.publish",  # s3://… only
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a file or folder for each parameter and for each fixed name."""
    defaults = sections.read(PARAMS)
    monkeypatch.chdir(tmp_path)
    for name in ("é (2), 签", "weights", "repository", *("sample", "cedar", "fraction", "none")):
        (tmp_path / name).mkdir()
    for name in ("labels.csv", "parts.csv", "embedder.keras"):
        (tmp_path / name).touch()
    assert absolute_paths(defaults) == []
    return tmp_path


def test_every_relative_path_is_named_in_full(folder: Path) -> None:
    relative = [
        "ingest.source=é (2), 签",
        "ingest.layout=labels.csv",
        "split.by=./parts.csv",
        "train.start_from=embedder.keras",
    ]
    assert absolute_paths(values(relative)) == [
        f"ingest.source={folder}/é (2), 签",
        f"ingest.layout={folder}/labels.csv",
        f"split.by={folder}/parts.csv",
        f"train.start_from={folder}/embedder.keras",
    ]
    assert absolute_paths(values(["train.weights=weights"])) == [f"train.weights={folder}/weights"]
    assert absolute_paths(values(["ingest.source=dvc:repository@v1:data"])) == [
        f"ingest.source=dvc:{folder}/repository@v1:data"
    ]
    assert absolute_paths(values(absolute_paths(values(relative)))) == []


@pytest.mark.parametrize(
    "assignment",
    [
        *(f"ingest.source={source}" for source in ("sample", "cedar", "https://a.example/a.zip")),
        *("ingest.source=missing", "ingest.source=dvc:https://a.example/repo@v1:data"),
        *("ingest.layout=in-the-source.csv", "split.by=fraction", "train.weights=hf://a/b"),
    ],
)
def test_what_is_no_path_here_stays(assignment: str, folder: Path) -> None:
    assert absolute_paths(values([assignment])) == []


def test_every_parameter_that_is_a_text_is_known_to_be_a_path_or_none() -> None:
    texts = set()
    for step in sections.STEPS:
        schema = sections.model(step).model_json_schema()
        for definition in (schema, *schema.get("$defs", {}).values()):
            for name, field in definition["properties"].items():
                if any(map(is_text, field.get("anyOf", [field]))):
                    texts.add(f"{step}.{name}")
    assert texts == {f"{path.section}.{path.key}" for path in PATH_PARAMETERS} | NO_PATHS


def is_text(schema: dict[str, Any]) -> bool:
    """Tells a text from one word of a few."""
    return schema.get("type") == "string" and not {"enum", "const"} & set(schema)


def values(assignments: list[str]) -> sections.Sections:
    return sections.override(sections.read(PARAMS), assignments)


def test_paths_of_collections_are_named_in_full(folder: Path) -> None:
    listed = (
        "ingest.source=[{name: a, source: weights, layout: labels.csv}, "
        "{name: b, source: sample, layout: cedar}]"
    )
    assert absolute_paths(values([listed])) == [
        f"ingest.source=[{{layout: {folder}/labels.csv, name: a, source: {folder}/weights}}, "
        "{layout: cedar, name: b, source: sample}]"
    ]
    assert absolute_paths(values(absolute_paths(values([listed])))) == []
