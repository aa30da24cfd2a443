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


def test_a_number_may_have_an_exponent_without_a_point(defaults: sections.Sections) -> None:
    changed = sections.override(defaults, ["train.margin=5e-1", "evaluate.target=5e-2"])
    assert (changed["train"]["margin"], changed["evaluate"]["target"]) == (0.5, 0.05)


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


def test_contradictions_are_said_beside_wrong_values_of_the_same_section(
    defaults: sections.Sections,
) -> None:
    wrong = ["train.steps=-1", "train.augment.flip=perhaps", "split.seed=-1"]
    contradicting = ["train.head_steps=5", "train.augment.hue=0.1", "split.fold=3"]
    with pytest.raises(InputError) as error:
        sections.override(defaults, [*wrong, *contradicting])
    message = str(error.value)
    for fault in (
        "train.steps is -1",
        "train.augment.flip is 'perhaps'",
        "split.seed is -1",
        "train: head_steps wants the features of a network trained before",
        "train.augment.hue is 0.1, which has no meaning for the prepared images",
        "split: fold is 3, but folds is 0",
    ):
        assert message.count(fault) == 1
    assert "\n" not in message


@pytest.mark.parametrize(
    ("source", "collections", "message"),
    [
        ("sample", "{test: [b]}", "split.by is collection, but ingest.source names none"),
        ("[{name: a, source: x}, {name: b, source: y}]", "{test: [c]}", "test names 'c', but"),
        ("[{name: b, source: y}]", "{test: [b]}", "leaves no collection to train on"),
    ],
)
def test_parts_that_do_not_suit_the_collections_are_told_before_anything_runs(
    defaults: sections.Sections, source: str, collections: str, message: str
) -> None:
    parts = ["split.by=collection", f"split.collections={collections}"]
    with pytest.raises(InputError, match=message):
        sections.override(defaults, [f"ingest.source={source}", *parts])


def test_contradictions_within_a_section_do_not_hide_those_between_sections(
    defaults: sections.Sections,
) -> None:
    changes = ["train.margin=-1", "train.augment.hue=0.1", "preprocess.height=1"]
    with pytest.raises(InputError, match=r"height is 1.*margin is -1.*hue is 0\.1"):
        sections.override(defaults, changes)


def test_no_contradiction_to_the_default_of_a_wrong_value_is_said(
    defaults: sections.Sections,
) -> None:
    wrong = ["train.weights=[]", "preprocess.channels=5", "train.pooled_blocks=many"]
    others = ["train.head_steps=5", "train.augment.hue=0.1", "train.pooled_components=1024"]
    with pytest.raises(InputError) as error:
        sections.override(defaults, [*wrong, *others])
    faults = str(error.value).split("; ")
    assert len(faults) == 3
    assert "preprocess.channels is 5" in faults[0]
    assert "train.weights is []" in faults[1]
    assert "train.pooled_blocks is 'many'" in faults[2]


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
