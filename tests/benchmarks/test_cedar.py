"""CEDAR's settings are read from the Makefile."""

import re
import shlex
import subprocess

import yaml

from benchmarks import cedar
from components.ingest.params import IngestParams
from components.train.params import TrainParams
from pipelines.experiments.hydra_overrides import hydra_override
from tests import markdown


def make_cedar(*options: str) -> list[str]:
    """The words of the command that `make cedar` would run."""
    command = ["make", "-n", "cedar", *options]
    recipe = subprocess.run(
        command, cwd=markdown.ROOT, capture_output=True, text=True, check=True
    ).stdout
    return shlex.split(next(line for line in recipe.splitlines() if "dvc exp run" in line))


def test_another_collection_is_trained_on_too_and_nothing_else_changes() -> None:
    alone, both = make_cedar(), make_cedar("EXTRA=bhsig260")
    assert "ingest.source=cedar" in alone
    (source,) = (word for word in both if word.startswith("ingest.source="))
    assert [word for word in both if word != source] == [
        word for word in alone if word != "ingest.source=cedar"
    ]
    assert hydra_override(source) == source, "Hydra reads it as YAML does"
    params = yaml.safe_load(source.partition("=")[2])
    collections = IngestParams(source=params).collections
    assert {name: own.source for name, own in collections.items()} == {
        "cedar": "cedar",
        "bhsig260": "bhsig260",
    }


def test_a_collection_that_make_does_not_know_is_refused_in_one_line() -> None:
    done = subprocess.run(
        ["make", "-n", "cedar", "EXTRA=mcyt"],
        cwd=markdown.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "EXTRA=mcyt is no collection that is known here: EXTRA=bhsig260" in line


def test_the_training_is_that_of_make_cedar() -> None:
    expected = {}
    for word in make_cedar():
        if match := re.fullmatch(r"train\.(\w+)=(.*)", word):
            expected[match[1]] = yaml.safe_load(match[2])
    assert expected["head_steps"] > 0
    assert cedar.train_params() == TrainParams.model_validate(expected)
