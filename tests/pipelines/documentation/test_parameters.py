"""docs/parameters.md is generated, so that models, params.yaml and the page cannot drift."""

from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from pydantic import Field

from components.shared.runtime.params import StepParams
from pipelines import sections
from pipelines.documentation import parameters
from pipelines.kubeflow import cluster

ROOT = Path(__file__).resolve().parents[3]
MODELS: dict[str, type[StepParams]] = {
    **{step: sections.model(step) for step in sections.STEPS},
    "cluster": cluster.Cluster,
    "cluster.<step>": cluster.StepResources,
}


class Part(StepParams):
    share: float = Field(0.5, gt=0, le=1, description="A share.")


class Needed(StepParams):
    who: str = Field(description="A name.")


class Example(StepParams):
    kind: Literal["one", "two"] = Field("one", description="A kind.")
    size: int | Literal["auto"] = Field("auto", description="A size.")
    names: tuple[str, ...] = Field(("a", "b"), description="Names.")
    part: Part = Part()
    more: int | tuple[Needed, ...] = Field(0, description="A list.")


def test_the_page_is_the_generated_one() -> None:
    committed = (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8")
    assert committed == parameters.page(ROOT / "cluster.yaml"), "run `make docs` and commit it"


@pytest.mark.parametrize("section", MODELS)
def test_every_parameter_is_described_in_sentences(section: str) -> None:
    tasks = sections.STEPS if section == "cluster" else ()  # the step's own rows describe them
    for row in parameters.rows(MODELS[section]):
        if row.name.partition(".")[0] not in tasks:
            assert row.meaning.endswith("."), f"{section}.{row.name}: {row.meaning!r}"


def test_params_yaml_names_every_parameter_of_the_page_and_no_other() -> None:
    content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    assert list(content) == list(sections.STEPS)
    for step in sections.STEPS:
        defaults = {row.name: yaml.safe_load(row.default) for row in parameters.rows(MODELS[step])}
        assert _flat(content[step]) == defaults


def test_cluster_yaml_is_complete_and_has_the_defaults() -> None:
    content = yaml.safe_load((ROOT / "cluster.yaml").read_text(encoding="utf-8"))["cluster"]
    shipped = cluster.read(ROOT / "cluster.yaml", [])
    assert list(content) == list(cluster.Cluster.model_fields)
    assert shipped == cluster.Cluster()


def test_a_row_has_the_choices_the_bounds_the_default_as_yaml_and_the_description() -> None:
    assert list(parameters.rows(Example)) == [
        ("kind", "`one`, `two`", "one", "A kind."),
        ("size", "integer, or `auto`", "auto", "A size."),
        ("names", "list of: text", "[a, b]", "Names."),
        ("part.share", "number > 0 and ≤ 1", "0.5", "A share."),
        ("more", "integer, or list of: mapping", "0", "A list."),
    ]
    assert list(parameters.rows(Needed)) == [("who", "text", "", "A name.")]


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat
