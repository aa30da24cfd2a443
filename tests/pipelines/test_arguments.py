"""Arguments that several commands share."""

import argparse
from pathlib import Path

from pipelines import arguments


def command() -> argparse.ArgumentParser:
    commands = argparse.ArgumentParser().add_subparsers()
    return arguments.add(commands, "measure", "measure what is there", "measure -S split.test=0.2")


def test_the_summary_is_the_first_sentence_of_the_help_and_the_example_its_last_line() -> None:
    text = command().format_help()
    description = " ".join(text.split("\n\n")[1].split())
    assert description.startswith("Measure what is there. Parameters are those of params.yaml")
    assert text.endswith("example:\n  python -m pipelines measure -S split.test=0.2\n")


def test_assignments_are_gathered_in_their_order_and_none_are_shared_between_runs() -> None:
    parser = command()
    options = parser.parse_args(["-S", "train.steps=1", "-S", "split.test=0.3"])
    assert options.assignments == ["train.steps=1", "split.test=0.3"]
    assert parser.parse_args([]).assignments == []


def test_the_parameters_are_those_of_the_working_directory_unless_a_file_is_named() -> None:
    parser = command()
    arguments.add_params(parser)
    assert parser.parse_args([]).params == Path("params.yaml")
    assert parser.parse_args(["--params", "other.yaml"]).params == Path("other.yaml")
