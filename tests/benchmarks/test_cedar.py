"""CEDAR's settings are read from the Makefile."""

import re
import shlex
import subprocess

import yaml

from benchmarks import cedar
from components.train.params import TrainParams
from tests import markdown


def test_the_training_is_that_of_make_cedar() -> None:
    command = ["make", "-n", "cedar"]
    recipe = subprocess.run(
        command, cwd=markdown.ROOT, capture_output=True, text=True, check=True
    ).stdout
    words = shlex.split(next(line for line in recipe.splitlines() if "dvc exp run" in line))
    expected = {}
    for word in words:
        if match := re.fullmatch(r"train\.(\w+)=(.*)", word):
            expected[match[1]] = yaml.safe_load(match[2])
    assert expected["head_steps"] > 0
    assert cedar.train_params() == TrainParams.model_validate(expected)
