"""Section `train`: every contradiction is said before any work is done."""

from pathlib import Path

import pytest
import yaml

from components.shared.runtime.errors import InputError
from components.shared.runtime.params import load, parse
from components.train.params import TrainParams

PROJECT = Path(__file__).resolve().parents[2]


def refused(**values: object) -> str:
    with pytest.raises(InputError) as error:
        parse(TrainParams, "train", values, "params.yaml")
    message = str(error.value)
    assert "\n" not in message
    return message


def test_the_project_s_own_file_sets_every_parameter_to_its_default() -> None:
    loaded = load(TrainParams, "train", PROJECT / "params.yaml")
    written = yaml.safe_load((PROJECT / "params.yaml").read_text())["train"]
    assert loaded == TrainParams()
    assert list(written) == list(TrainParams.model_fields)
    assert list(written["augment"]) == list(type(loaded.augment).model_fields)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"margin": 0}, "margin is 0, but must be positive or 'soft'"),
        ({"margin": -0.5}, "margin is -0.5, but must be positive or 'soft'"),
        ({"margin": "sfot"}, "margin"),
        (
            {"deterministic": True, "precision": "mixed_bfloat16"},
            "deterministic does not hold in mixed_bfloat16",
        ),
        ({"start_from": "a.keras", "weights": "imagenet"}, "set weights to none, not imagenet"),
        (
            {"head_steps": 10},
            "head_steps wants the features of a network trained before: set weights",
        ),
        (
            {"head": "discriminant"},
            "head 'discriminant' wants the features of a network trained before: set weights",
        ),
        (
            {"steps": 10, "warm_up": 10, "mining": "hard"},
            "warm_up is 10, so that mining 'hard' never begins in 10 steps",
        ),
        ({"steps": 0}, "steps is 0, but random weights want training: set steps, or weights"),
        ({"steps": -1}, "steps is -1"),
        ({"steps": 0, "weights": "imagenet", "warm_up": 1, "mining": "hard"}, "warm_up is 1, so"),
        ({"warm_up": 5}, "warm_up begins with semi-hard, which mining already is"),
        ({"images_per_identity": 1}, "images_per_identity is 1"),
        ({"identities_per_batch": 1}, "identities_per_batch is 1"),
        ({"views": ["whole", "whole"]}, "views is ['whole', 'whole']: name each view once"),
        (
            {"pooled_blocks": [3, 7], "pooled_components": 257},
            "pooled_components is 257, but block 3, the first of pooled_blocks, has 256 features",
        ),
        (
            {"views": ["whole", "mirror", "left"]},
            "embedding_size is 128, but 3 views share it: make it a multiple",
        ),
        (
            {"views": ["lfet"]},
            "must be 'whole', 'mirror', 'left', 'right', 'start', 'middle' or 'end' "
            "(did you mean 'left'?)",
        ),
        ({"average": 1.0}, "average is 1.0"),
        ({"l2": -1}, "l2 is -1"),
        ({"checkpoints": 0}, "checkpoints is 0"),
        ({"start_from": ""}, "start_from is ''"),
        ({"augment": 0.3}, "augment is 0.3"),
        (
            {"augment": {"rotatoin": 3}},
            "unknown parameter train.augment.rotatoin (did you mean 'rotation'?)",
        ),
        (
            {"mining": "semihard"},
            "must be 'semi-hard', 'hard' or 'all' (did you mean 'semi-hard'?)",
        ),
        ({"learning_rate": float("inf")}, "learning_rate is inf"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_name(
    values: dict[str, object], reason: str
) -> None:
    assert reason in refused(**values)


@pytest.mark.parametrize("first", [{"weights": "imagenet"}, {"start_from": "models/embedder"}])
def test_a_network_that_was_trained_before_needs_no_steps(first: dict[str, str]) -> None:
    params = parse(TrainParams, "train", {"steps": 0, **first}, "params.yaml")
    assert params.steps == 0
    assert params.pretrained
    assert not TrainParams().pretrained


def test_several_contradictions_are_said_at_once() -> None:
    message = refused(margin=0, deterministic=True, precision="mixed_bfloat16", warm_up=500)
    assert "margin is 0" in message
    assert "deterministic does not hold" in message
    assert "never begins" in message


def test_the_defaults_contradict_nothing_and_neither_does_the_use_of_every_option() -> None:
    TrainParams()
    TrainParams(
        start_from="models/embedder",
        l2=1e-4,
        mining="all",
        margin="soft",
        distance="squared",
        warm_up=10,
        cross_batch_memory=1000,
        hard_identities=0.5,
        average=0.99,
        precision="float32",
        deterministic=True,
    )
