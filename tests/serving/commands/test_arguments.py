"""Arguments that commands share."""

import argparse

from serving.commands import arguments


def test_a_command_has_help_an_example_and_a_default_bundle() -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(metavar="COMMAND")
    command = arguments.add(commands, "verify", "decide claims", "verify --model x", "More.")
    arguments.add_model(command)
    text = command.format_help()
    assert "\nDecide claims. More.\n" in text
    assert text.endswith("example:\n  python -m serving verify --model x\n")
    assert parser.parse_args(["verify"]).model == "models/frozen"
    assert "decide claims" in parser.format_help()
