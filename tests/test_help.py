"""`--help` of the steps and the benchmarks: at once, and enough to go on. Those of `pipelines` have
tests there.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[1]
STEPS = ("ingest", "preprocess", "split", "train", "evaluate", "freeze", "shared.relog")
BENCHMARKS = sorted(
    path.stem for path in (PROJECT / "benchmarks").glob("*.py") if "def main(" in path.read_text()
)
COMMANDS = [
    *(f"components.{name}" for name in STEPS),
    *(f"benchmarks.{name}" for name in BENCHMARKS),
]
HEAVY = {
    "tensorflow",
    "keras",
    "mlflow",
    "dvc",
    "kfp",
    "pandas",
    "sklearn",
    "matplotlib",
    "boto3",
    "cv2",
    "requests",
}
INSPECT = """
import argparse, importlib, json, shlex, sys

class Built(Exception):
    pass

def stop(parser, *_):
    raise Built(parser)

parse, argparse.ArgumentParser.parse_args = argparse.ArgumentParser.parse_args, stop
parsers = {}
for name in sys.argv[1:]:
    is_step = name.startswith("components") and "shared" not in name
    try:
        importlib.import_module(f"{name}.__main__" if is_step else name).main()
    except Built as built:
        parsers[name] = built.args[0]
imported = list(sys.modules)
help = {}
for name, parser in parsers.items():
    text = parser.format_help()
    lines = [line.strip() for line in text.splitlines()]
    examples = [line for line in lines if line.startswith(f"python -m {name}")]
    refused = []
    for example in examples:
        try:
            parse(parser, shlex.split(example)[3:])
        except SystemExit:
            refused.append(example)
    unexplained = [action.dest for action in parser._actions if not action.help]
    help[name] = {"text": text, "examples": examples, "refused": refused}
    help[name]["unexplained"] = unexplained
print(json.dumps({"help": help, "imported": imported}))
"""


@pytest.fixture(scope="module")
def inspected() -> dict[str, Any]:
    """Every command's help, and which of its examples it refuses."""
    command = [sys.executable, "-c", INSPECT, *COMMANDS]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    inspected: dict[str, Any] = json.loads(done.stdout)
    return inspected


def test_help_needs_nothing_heavy(inspected: dict[str, Any]) -> None:
    assert "argparse" in inspected["imported"]
    assert HEAVY & set(inspected["imported"]) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_the_command_does_explains_every_argument_and_has_examples_it_takes(
    name: str, inspected: dict[str, Any]
) -> None:
    command = inspected["help"][name]
    assert command["text"].startswith(f"usage: python -m {name} ")
    assert command["unexplained"] == []
    assert command["examples"]
    assert command["refused"] == []
    assert command["text"].split("\n\n")[1].strip().endswith(".")
