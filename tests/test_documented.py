"""Every command of README.md, CONTRIBUTING.md and docs/ is one that its program takes: the parsers
are the programs' own. tests/e2e/test_documented.py runs them.
"""

import argparse
import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

from components.shared.runtime import cli
from components.shared.tracking.record import yaml_text
from pipelines.experiments import grid
from pipelines.kubeflow import options
from tests import documented, markdown

COMMANDS = {command.words: command for command in documented.commands()}
MLFLOW = "mlflow"
"""Its parser takes seconds to load: tests/e2e/test_documented.py has it."""
ABBREVIATED = {
    "python -m pipelines": "run",
    "python -m pipelines compare": "train.steps=1,2",
    "python -m components.evaluate compare": "reports/evaluation reports/b",
    "python -m components.freeze fetch": "s3://bucket/models/0123456789ab",
    "dvc exp apply": "name",
}
"""Commands that a sentence only names, and the arguments that make them whole."""
ROOMS = {"components", "pipelines", "serving", "benchmarks", "tools"}
MAKEFILE = (markdown.ROOT / "Makefile").read_text(encoding="utf-8")
PARSE = argparse.ArgumentParser.parse_args
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
RECIPE_LINE = re.compile(r"^(?:env (?:\S+=\S+ )+)?((?:python|dvc) .*)$", re.MULTILINE)


HELP = {"git": ["help", "-a"], "pre-commit": ["--help"]}


class AcceptedError(Exception):
    """The end of a command whose arguments were accepted."""


def test_the_commands_of_every_page_are_read() -> None:
    pages = {command.page for command in COMMANDS.values()}
    assert {"README.md", "CONTRIBUTING.md", "cluster.md", "s3.md", "your-own-data.md"} <= pages
    assert len(COMMANDS) >= 80


def test_a_line_is_read_as_a_shell_reads_it() -> None:
    lines = ['A="-S x=1"', 'B=2 make cedar SET="$A -S y" && dvc push # both', "dvc exp run; dvc gc"]
    variables: dict[str, str] = {}
    lines += ["run=$(python -c 'print(1)')", "for f in *.HEIC; do heif-convert $f x.png; done"]
    commands = [list(documented.split(line, variables)) for line in lines]
    assert commands[1] == [("B=2", "make", "cedar", "SET=-S x=1 -S y"), ("dvc", "push")]
    assert commands[2] == [("dvc", "exp", "run"), ("dvc", "gc")]
    assert commands[3] == [("python", "-c", "print(1)")]
    assert commands[4][1] == ("heif-convert", "$f", "x.png")


@pytest.mark.parametrize(
    "command", [each for each in COMMANDS.values() if each.words[0] != MLFLOW], ids=str
)
def test_a_documented_command_is_taken_by_its_program(
    command: documented.Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(markdown.ROOT)
    check([*command.words, *ABBREVIATED.get(shlex.join(command.words), "").split()])


@pytest.mark.parametrize(
    "line",
    [
        "python -m components.train --resumes DIR",
        "python -m components.evaluate --model models/frozen",
        "python -m benchmarks.scoring --embedings 20000",
        "python -m pipelines crossval -S train.stepz=3",
        "python -m pipelines compare train.mining=mild",
        "dvc exp rum -S train.steps=3",
        "dvc exp run -S ingest.source=a,b",
        "make cedr SET=1",
        "make cedar SETS='-S train.steps=3'",
        "make compare SET='-S train.stepz=3'",
        "docker run --romove image",
        "kubectl create secrets generic name",
        "kubectl applies -k k8s",
        "kubectl apply --kustomise k8s",
        "kubectl exec deploy/signatures -- python -m serving kees",
        "gti clone",
    ],
)
def test_a_wrong_command_fails(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(markdown.ROOT)
    with pytest.raises((Exception, SystemExit), match=r".") as failure:
        check(shlex.split(line))
    assert not isinstance(failure.value, pytest.skip.Exception)


def check(words: Sequence[str]) -> None:
    """Fails where a program does not take its arguments, skips where it is not installed."""
    program, *arguments = words
    if program in documented.BUILTINS:
        return
    if program.startswith("."):
        assert (markdown.ROOT / program).is_file()
    else:
        CHECKS[program](arguments)


def check_python(arguments: list[str]) -> None:
    """Has the module's own `main` parse the arguments; a module of others need only be there."""
    if arguments[0] == "-c":
        compile(arguments[1], "-c", "exec")
        return
    assert arguments[0] == "-m"
    module, *rest = arguments[1:]
    specification = find_spec(module)
    assert specification
    if module.partition(".")[0] not in ROOMS:
        assert all((markdown.ROOT / path).exists() for path in rest if path.startswith("tests/"))
        return
    is_package = specification.submodule_search_locations is not None
    main: Callable[[], None] = import_module(f"{module}.__main__" if is_package else module).main
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [module, *rest])
        patch.setattr(cli, "execute", accept)
        if not module.startswith(("components", "pipelines", "serving")):
            patch.setattr(argparse.ArgumentParser, "parse_args", parse_and_accept)
        with pytest.raises((AcceptedError, SystemExit)) as outcome:
            main()
    assert "--help" in rest or isinstance(outcome.value, AcceptedError)
    check_settings(settings_of(rest), [word for word in rest if re.match(r"\w+\.\w+.*=", word)])


def check_dvc(arguments: list[str]) -> None:
    """Parses the arguments as DVC does, and the values of `-S` as Hydra does."""
    from dvc.cli import parse_args
    from dvc.utils.hydra import to_hydra_overrides

    parse_args(arguments)
    overrides = to_hydra_overrides(settings_of(arguments))
    assert not any(override.is_sweep_override() for override in overrides)
    check_settings([f"{each.key_or_group}={yaml_text(each.value())}" for each in overrides])


def check_make(arguments: list[str]) -> None:
    """Has make print the recipe, in which every variable has a place, and checks its commands."""
    targets = [word for word in arguments if "=" not in word]
    for target in targets:
        assert re.search(rf"^{target}:.*##", MAKEFILE, re.MULTILINE), target
    if targets == arguments:
        return
    for name in [word.partition("=")[0] for word in arguments if "=" in word]:
        assert re.search(rf"\$[({{]{name}[)}}]", MAKEFILE), name
    recipe = run("make", "-n", *arguments)
    for line in RECIPE_LINE.findall(recipe):
        check(shlex.split(line))


def check_docker(arguments: list[str]) -> None:
    """Looks the options up in the help of docker's subcommand."""
    described = run("docker", arguments[0], "--help")
    assert described.strip().startswith(("Usage:  docker " + arguments[0], "Create", "Upload"))
    for option in [word for word in arguments if word.startswith("-")]:
        assert re.search(rf"(?<![\w-]){option}(?![\w-])", described), option


def check_kubectl(arguments: list[str]) -> None:
    """Has kubectl make the object without a cluster; of other subcommands the options are known."""
    own = list(itertools.takewhile(lambda word: word != "--", arguments))
    if "create" in own:
        run("kubectl", *arguments, "--dry-run=client", "-o", "name")
        return
    (subcommand,) = [word for word in own if word in ("apply", "exec")]
    described = run("kubectl", subcommand, "--help") + run("kubectl", "options")
    for option in [word for word in own if word.startswith("-")]:
        assert re.search(rf"(?<![\w-]){option}(?![\w-])", described), option
    if len(own) < len(arguments):
        check(arguments[len(own) + 1 :])


def check_help(program: str, arguments: list[str]) -> None:
    """Looks for the subcommand in the program's help."""
    assert re.search(rf"\b{arguments[0]}\b", run(program, *HELP[program]))


CHECKS: dict[str, Callable[[list[str]], object]] = {
    "python": check_python,
    "dvc": check_dvc,
    "make": check_make,
    "docker": check_docker,
    "kubectl": check_kubectl,
    "git": lambda arguments: check_help("git", arguments),
    "pre-commit": lambda arguments: check_help("pre-commit", arguments),
    "curl": lambda _: run("curl", "--version"),
    "heif-convert": lambda _: run("heif-convert", "--version"),
}


def check_settings(settings: list[str], axes: Sequence[str] = ()) -> None:
    """Checks the values of `-S`, with those of each combination of a grid."""
    files = {"params": Path("params.yaml"), "cluster": Path("cluster.yaml")}
    varied = [axis for axis in axes if axis not in settings]
    for combination in grid.combinations(varied):
        options.read(argparse.Namespace(**files, assignments=[*settings, *combination]))


def settings_of(arguments: list[str]) -> list[str]:
    return [value for option, value in itertools.pairwise(arguments) if option == "-S"]


def run(*command: str) -> str:
    program = shutil.which(command[0], path=PATH)
    if program is None:
        pytest.skip(f"{command[0]} is not installed")
    arguments = [program, *command[1:]]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def accept(*_: object) -> NoReturn:
    raise AcceptedError


def parse_and_accept(parser: argparse.ArgumentParser, *_: object) -> NoReturn:
    PARSE(parser)
    raise AcceptedError
