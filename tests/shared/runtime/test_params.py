"""Strict parameters and their messages."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from components.evaluate.params import EvaluateParams
from components.freeze.params import FreezeParams
from components.ingest.params import IngestParams
from components.preprocess.params import PreprocessParams
from components.shared.runtime.errors import InputError
from components.shared.runtime.params import StepParams, examine, load, parse
from components.split.needs import Needs
from components.split.params import SplitParams
from components.train.params import AugmentParams, TrainParams

MODELS: dict[str, type[StepParams]] = {
    "ingest": IngestParams,
    "preprocess": PreprocessParams,
    "split": SplitParams,
    "train": TrainParams,
    "evaluate": EvaluateParams,
    "freeze": FreezeParams,
}
PARAMS = Path(__file__).resolve().parents[3] / "params.yaml"


@pytest.mark.parametrize("step", MODELS)
def test_params_yaml_names_every_parameter_of_a_step_with_its_default(step: str) -> None:
    written = yaml.safe_load(PARAMS.read_text())[step]
    assert load(MODELS[step], step, PARAMS) == MODELS[step]()
    assert set(written) == set(MODELS[step].model_fields)


def test_an_unknown_parameter_is_named_with_its_nearest() -> None:
    with pytest.raises(
        InputError, match=r"unknown parameter train\.marginn \(did you mean 'margin'\?\)"
    ):
        parse(TrainParams, "train", {"marginn": 0.2}, "params.yaml")


def test_an_unknown_nested_parameter_is_named_with_its_nearest() -> None:
    with pytest.raises(
        InputError, match=r"ingest\.sample\.identites \(did you mean 'identities'\?\)"
    ):
        parse(IngestParams, "ingest", {"sample": {"identites": 3}}, "params.yaml")


def test_a_wrong_word_is_answered_with_those_that_are_allowed() -> None:
    with pytest.raises(InputError, match=r"train\.mining is 'semihard'.*did you mean 'semi-hard'"):
        parse(TrainParams, "train", {"mining": "semihard"}, "params.yaml")


def test_a_missing_section_and_a_missing_file_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load(TrainParams, "train", tmp_path / "params.yaml")
    (tmp_path / "params.yaml").write_text("other: {}\n")
    with pytest.raises(InputError, match="has no section 'train'"):
        load(TrainParams, "train", tmp_path / "params.yaml")


def test_what_cannot_repeat_is_not_called_deterministic() -> None:
    with pytest.raises(InputError, match="train: deterministic does not hold in mixed_bfloat16"):
        parse(
            TrainParams,
            "train",
            {"deterministic": True, "precision": "mixed_bfloat16"},
            "params.yaml",
        )


def test_a_margin_must_be_positive() -> None:
    with pytest.raises(InputError, match="margin is -1"):
        parse(TrainParams, "train", {"margin": -1}, "params.yaml")


def test_all_contradictions_of_a_section_are_said_at_once() -> None:
    with pytest.raises(InputError, match=r"split: fold is 9, .*; folds is 2, but by is folders"):
        parse(SplitParams, "split", {"folds": 2, "fold": 9, "by": "folders"}, "params.yaml")


def test_a_wrong_value_leaves_the_others_as_they_are() -> None:
    values = {"steps": -1, "margin": "soft", "augment": {"hue": 0.2, "flip": "perhaps"}}
    examined = examine(TrainParams, "train", values)
    assert examined.params == TrainParams(margin="soft", augment=AugmentParams(hue=0.2))
    assert {"steps", "flip"} < set(examined.wrong)
    assert len(examined.faults) == 2


@pytest.mark.parametrize("values", [3, [], "steps: 3", None, {1: 2}, {date(2026, 1, 1): 2}])
def test_values_of_no_names_are_refused(values: object) -> None:
    examined = examine(TrainParams, "train", values)
    assert len(examined.faults) == 1
    assert examined.params == TrainParams()


@pytest.mark.parametrize(("text", "number"), [("5e-1", 0.5), ("2E0", 2.0), ("1.5e1", 15.0)])
def test_what_yaml_1_1_takes_for_a_text_is_a_number(text: str, number: float) -> None:
    assert yaml.safe_load(text) == text
    assert parse(TrainParams, "train", {"margin": text}, "").margin == number
    assert parse(TrainParams, "train", {"hard_identities": "5e-1"}, "").hard_identities == 0.5
    assert parse(EvaluateParams, "evaluate", {"target": "5e-2"}, "").target == 0.05
    assert Needs.parse({}, {"target": "5e-2"}, "").evaluate.target == 0.05
    for wrong in ("e1", "5e", "1e1e1", "0.5 m"):
        with pytest.raises(InputError, match=f"margin.* is '{wrong}'"):
            parse(TrainParams, "train", {"margin": wrong}, "")


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ("train", "embedding_size"),
        ("train", "steps"),
        ("train", "cross_batch_memory"),
        ("train", "identities_per_batch"),
        ("evaluate", "draws"),
        ("evaluate", "references"),
    ],
)
def test_a_number_that_no_machine_could_work_off_is_refused(section: str, name: str) -> None:
    with pytest.raises(
        InputError, match=rf"{section}\.{name} is 10{{12}}: .*less than or equal to"
    ):
        parse(MODELS[section], section, {name: 10**12}, "params.yaml")
