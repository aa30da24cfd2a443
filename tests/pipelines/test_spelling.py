"""A recorded parameter is spelled as in YAML: it can be given to `-S`, and means the same."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from components.shared.runtime.params import StepParams
from components.shared.tracking.record import flat_params, yaml_text
from pipelines import sections

CHANGED: dict[str, dict[str, Any]] = {
    "ingest": {"source": "s3://bucket/signatures", "sample": {"seed": 7, "leak": "paper"}},
    "preprocess": {"mode": "none", "channels": 3, "max_rejected": 1e-5},
    "split": {"by": "yes: parts, 2.csv", "val": 0.25},
    "train": {
        "start_from": "2024-01-31",
        "embedding_size": 96,
        "pooled_blocks": [7, 10],
        "views": ["whole", "left", "right"],
        "margin": 1e-5,
        "augment": {"flip": True, "scale": 0.0},
    },
    "evaluate": {
        "protocols": ["deployed", "identification"],
        "target": 1e-5,
        "report": {"images": False},
    },
    "freeze": {"tolerance": 1e-6, "publish": "s3://bucket/models"},
}


@pytest.mark.parametrize("changed", [{}, CHANGED], ids=["defaults", "others"])
@pytest.mark.parametrize("step", sections.STEPS)
def test_every_parameter_as_it_is_recorded_can_be_set_to_what_it_was(
    step: str, changed: dict[str, dict[str, Any]]
) -> None:
    params = sections.model(step)(**changed.get(step, {}))
    recorded = flat_params(step, params)
    assert set(recorded) == set(names(step, sections.model(step)))
    values: dict[str, Any] = {}
    for name, text in recorded.items():
        values = sections.assign(values, f"{name}={text}")
    assert sections.model(step)(**values) == params


def test_lists_numbers_and_words_are_spelled_as_in_params_yaml() -> None:
    recorded = flat_params("train", sections.model("train")(**CHANGED["train"]))
    assert recorded["train.pooled_blocks"] == "[7, 10]"
    assert recorded["train.views"] == "[whole, left, right]"
    assert recorded["train.start_from"] == "'2024-01-31'"
    assert recorded["train.augment.flip"] == "true"
    assert recorded["train.mining"] == "semi-hard"
    assert recorded["train.beta_1"] == "0.9"
    assert recorded["train.margin"] == "1.0e-05"
    assert flat_params("freeze", sections.model("freeze")())["freeze.publish"] == "null"
    public = sections.model("train").model_validate({"weights": "hf://timm/resnet50.tv_in1k"})
    assert flat_params("train", public)["train.weights"] == "hf://timm/resnet50.tv_in1k"


@given(st.one_of(st.text(), st.floats(allow_nan=False), st.lists(st.text()), st.integers()))
@example("two\nlines")
@example("\x85")
@example(["\u2028", "é"])
def test_any_value_is_one_line_and_is_read_back_as_it_was(value: object) -> None:
    text = yaml_text(value)
    assert len(text.splitlines()) == 1
    assert yaml.safe_load(text) == value


def names(prefix: str, model: type[StepParams]) -> list[str]:
    """The dotted names of a model's parameters, as pydantic knows them."""
    result: list[str] = []
    for key, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, StepParams):
            result += names(f"{prefix}.{key}", inner)
        else:
            result.append(f"{prefix}.{key}")
    return result
