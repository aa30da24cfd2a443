"""Documented commands, run in a repository with a tiny data set: all that take half a minute at
most and need nothing but this machine. Of the others the reason is here.
"""

import itertools
import re
import shlex
import shutil
import sys
from pathlib import Path

import cv2
import pytest

from components.shared.data.image_store import open_store
from tests import documented, markdown
from tests.e2e.repository import Repository
from tests.pictures import colours, strokes

COMMANDS = list({command.words: command for command in documented.commands()}.values())
REASONS = {
    "named": (  # by a sentence, without what would make it whole
        r"python -m (pipelines( compare)?|components.evaluate compare|components.freeze fetch)",
        r"python -m components.train( --resume DIR)?",
        r"mlflow models serve",
        r"dvc exp (apply|run|run -S train\.steps=1)",
        r"(for|done|heif-convert) ?.*",
    ),
    "slow": (  # or there until it is stopped
        r"make (repro|cedar|test|coverage|e2e|fuzz|kills|check|docs|compare|crossval|kubeflow)\b.*",
        r"make PYTHON=\S+ repro",
        r"make (ui|tensorboard|serve( DEMO=1)?)",
        r"python -m serving run",
        r"python -m (benchmarks|pytest|pipelines run)\b.*",
        r"mlflow (server|models serve)\b.+",
        r"MLFLOW_TRACKING_URI=\S+ mlflow experiments restore .*",
        r"curl .*localhost.*",
        r"\.ci/run",
        r"dvc exp run -S (evaluate|train)\.(?!steps=1$).*",
        r"dvc exp run -S ingest.source='Büro .*",
        r"dvc repro -f train",
    ),
    "data": (  # of ten people or more, of one's own, or a published collection
        r"dvc exp run -S ingest\.source=(/data/|\[\{name: (cedar|casia)).*",
        r"python -m pipelines compare split\.by=collection .*",
        r"python -m components.evaluate calibrate .*",
        r"python -m serving (verify|client|enrol|reviewed)\b.*",
        r"python -m components.evaluate --model models/calibrated .*",
        r"python -m components.evaluate --model models/frozen --data (/data/|lfw/).*",
    ),
    "gpu": (r"KERAS_BACKEND=jax python\b.*", r"make gpu-test"),
    "cluster": (
        r"kubectl\b.*",
        r"python -m pipelines (submit|retry|schedule|deploy)\b.*",
        r"export (KFP|CLUSTER)_.*",
        r"make cluster-test",
    ),
    "network": (
        r"source .venv/bin/activate",  # after `make install`
        r"make (format|lock|image|release|remote|serve-image)\b.*",
        r"docker\b.*",
        r"git clone.*",
        r"dvc (push|pull)",
        r"dvc .*s3://bucket.*",
    ),
}


def reason(command: documented.Command) -> str | None:
    """Returns why a command is not run here; None: it is."""
    for name, patterns in REASONS.items():
        if any(matches(command, pattern) for pattern in patterns):
            return name
    return None


def matches(command: documented.Command, pattern: str) -> bool:
    text = " ".join([*command.environment, *command.words])
    return re.fullmatch(pattern, text, re.DOTALL) is not None


(PHOTOGRAPHS,) = [each for each in COMMANDS if "ingest.source=photos" in each.words]
RUN = [each for each in COMMANDS if reason(each) is None and each is not PHOTOGRAPHS]
MLFLOW = [each for each in COMMANDS if each.words[0] == "mlflow" and reason(each) != "named"]
PYTHON = re.findall(
    r"```python\n(.*?)```", (markdown.ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Repository:
    """After the documented command for photographs, with the files that the pages name."""
    repository = Repository(tmp_path_factory.mktemp("documented"), empty_store)
    folder = repository.folder
    write_photographs(folder / "photos")
    shutil.make_archive(str(folder / "photos"), "zip", folder / "photos")
    names = ("a.png", "b.png", "known-1.png", "known-2.png", "questioned.png")
    for number, name in enumerate(names):
        cv2.imwrite(str(folder / name), strokes(number))
    repository.run(*PHOTOGRAPHS.words)
    repository.run("git", "add", "dvc.lock", "params.yaml")
    repository.run("git", "commit", "-qm", "the run")
    shutil.copytree(folder / "reports/evaluation", folder / "reports/b")
    return repository


def write_photographs(folder: Path) -> None:
    """Writes 21 people × (7 genuine photographs + 2 forgeries), in colour."""
    for person, number in itertools.product(range(21), range(9)):
        kind = "genuine" if number < 7 else "forgery"
        path = folder / f"person {person}" / kind / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), colours(10 * person + number, 3, 120, 100))


def test_every_reason_has_its_commands() -> None:
    patterns = list(itertools.chain.from_iterable(REASONS.values()))
    unused = [each for each in patterns if not any(matches(one, each) for one in COMMANDS)]
    assert unused == []
    assert len(RUN) >= 20


def test_the_command_for_photographs_keeps_colour_and_size(repository: Repository) -> None:
    images = open_store(repository.folder / "data/prepared").images
    assert images.shape == (21 * 9, 112, 112, 3)
    assert (repository.folder / "models/frozen/saved_model").is_dir()


@pytest.mark.parametrize("block", PYTHON)
def test_the_python_of_the_first_page_runs(block: str, repository: Repository) -> None:
    printed = repository.run(sys.executable, "-c", block)
    assert re.search(r"^(accept|reject) · (no|weak|moderate|strong)", printed, re.MULTILINE)


@pytest.mark.parametrize("command", RUN, ids=str)
def test_a_documented_command_runs(command: documented.Command, repository: Repository) -> None:
    words = list(command.words)
    if words[0] == "make":
        words[1:1] = ["-o", "install"]
    line = f"export {shlex.join(command.environment)}; {shlex.join(words)}"
    repository.run("bash", "-ec", line)


@pytest.mark.parametrize("command", MLFLOW, ids=str)
def test_a_documented_command_of_mlflow_is_taken_by_its_parser(command: documented.Command) -> None:
    import click
    from mlflow.cli import cli

    parser: click.Command = cli
    words = list(command.words[1:])
    context = click.Context(cli, info_name="mlflow")
    while isinstance(parser, click.Group):
        _, subcommand, words = parser.resolve_command(context, words)
        assert subcommand
        parser = subcommand
    parser.make_context(parser.name, words, parent=context)
