"""The pipeline's arguments are params.yaml, and single ones can be set."""

from pathlib import Path

import pytest

from components.ingest.params import IngestParams
from components.shared.runtime.errors import InputError
from components.shared.runtime.params import load
from pipelines import sections

PARAMS = Path(__file__).parents[2] / "params.yaml"


@pytest.fixture(scope="module")
def defaults() -> sections.Sections:
    return sections.read(PARAMS)


def test_the_nulls_that_are_left_out_are_defaults(defaults: sections.Sections) -> None:
    assert "sha256" not in defaults["ingest"]
    assert IngestParams.model_validate(defaults["ingest"]) == load(IngestParams, "ingest", PARAMS)


def test_values_are_read_as_yaml_at_any_depth(defaults: sections.Sections) -> None:
    changed = sections.override(
        defaults,
        [
            "train.steps=3",
            "train.margin=soft",
            "train.augment.flip=true",
            "ingest.sample.identities=9",
        ],
    )
    augment = {**defaults["train"]["augment"], "flip": True}
    assert changed["train"] == {
        **defaults["train"],
        "steps": 3,
        "margin": "soft",
        "augment": augment,
    }
    assert changed["ingest"]["sample"] == {**defaults["ingest"]["sample"], "identities": 9}
    assert {step: changed[step] for step in ("preprocess", "split", "evaluate", "freeze")} == {
        step: defaults[step] for step in ("preprocess", "split", "evaluate", "freeze")
    }
    assert defaults == sections.read(PARAMS)


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("train.stepz=3", "unknown parameter train.stepz .did you mean 'steps'"),
        (
            "ingest.sample.identitys=3",
            "unknown parameter ingest.sample.identitys .did you mean 'identities'",
        ),
        ("train.steps=many", "train.steps is 'many'"),
        ("train=3", "write <section>.<parameter>=<value>"),
        ("train.steps", "write <section>.<parameter>=<value>"),
        ("trian.steps=3", "sections: ingest, preprocess, split, train, evaluate, freeze"),
        ("train.steps=[", "not valid YAML"),
        ("train.steps.deep=3", "train.steps"),
    ],
)
def test_a_bad_assignment_is_named(
    defaults: sections.Sections, assignment: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        sections.override(defaults, [assignment])
