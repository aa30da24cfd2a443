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
        ("train.steps=[", r"not valid YAML; in quotes it is a text: '\['"),
        ("ingest.source=photos #2", r"ends the value at its '#'; .*: 'photos #2'"),
        ("ingest.source={it's", r"not valid YAML; in quotes it is a text: '\{it''s'"),
        ("train.steps.deep=3", "train.steps"),
    ],
)
def test_a_bad_assignment_is_named(
    defaults: sections.Sections, assignment: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        sections.override(defaults, [assignment])


def test_faults_of_several_sections_are_said_at_once(defaults: sections.Sections) -> None:
    with pytest.raises(InputError) as error:
        sections.override(defaults, ["train.stepz=3", "split.val=7"])
    message = str(error.value)
    assert "unknown parameter train.stepz" in message
    assert "split.val is 7" in message
    assert "\n" not in message


def test_a_training_that_does_not_suit_the_prepared_images_is_refused(
    defaults: sections.Sections, tmp_path: Path
) -> None:
    photographs = ["preprocess.mode=none", "preprocess.channels=3"]
    colours = ["train.augment.hue=0.1", "train.augment.saturation=0.1"]
    sections.override(defaults, [*photographs, *colours])
    with pytest.raises(InputError, match=r"hue is 0\.1, .* are grey.*; .*saturation is 0\.1"):
        sections.override(defaults, colours)
    with pytest.raises(InputError, match=r"train\.views has 'left', .* images are RGB"):
        sections.override(defaults, [*photographs, "train.views=[whole,left]"])
    (tmp_path / "params.yaml").write_text(PARAMS.read_text().replace("hue: 0.0", "hue: 0.1"))
    with pytest.raises(InputError, match=r"hue is 0\.1, .* are grey"):
        sections.read(tmp_path / "params.yaml")
