"""Drift by the command line: in words, as JSON, and by its exit code."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from components.shared.verification import distributions
from components.shared.verification.distributions import DISTRIBUTIONS, EDGES
from serving.__main__ import main
from serving.engine import model as served
from serving.engine.model import ServedModel
from serving.store import evidence
from serving.store.evidence import Evidence
from serving.store.store import Store
from tests.serving.bundles import write_served_bundle
from tests.serving.commands.conftest import Run
from tests.serving.engine.test_model import rewrite

Command = Callable[..., tuple[int, str]]
TODAY = datetime.now(UTC).date()
MIDDLES = (-20.25, *(edge + 0.25 for edge in EDGES))


@pytest.fixture
def model(tmp_path: Path) -> ServedModel:
    return served.load(write_served_bundle(tmp_path / "models" / "frozen"))


@pytest.fixture
def command(run: Run, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `drift` and returns its exit code and what it wrote."""
    del run  # its folder and database

    def call(*arguments: str) -> tuple[int, str]:
        code = 0
        try:
            main(["drift", *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return code, capsys.readouterr().out

    return call


def answer(store: Store, model: ServedModel, values: Sequence[float], references: int = 1) -> None:
    rows = [
        evidence.row(
            Evidence(model.decision.kind, references, value),
            "verify",
            model.space,
            model.version,
            TODAY,
        )
        for value in values
    ]
    with store.database.connection() as connection:
        evidence.add(connection, rows)


def as_measured(model: ServedModel, number: int, references: int = 1) -> list[float]:
    """Draws evidence of claims nine of ten of which are genuine."""
    [row] = [
        row
        for row in model.distributions
        if (row.kind, row.references) == (model.decision.kind, references)
    ]
    rng = np.random.default_rng(0)
    genuine, impostor = np.array(row.genuine), np.array(row.impostor)
    shares = 0.9 * genuine / genuine.sum() + 0.1 * impostor / impostor.sum()
    return [MIDDLES[place] for place in rng.choice(len(shares), number, p=shares)]


def test_evidence_as_on_test_is_known_ground(
    command: Command, store: Store, model: ServedModel
) -> None:
    answer(store, model, as_measured(model, 150))
    answer(store, model, [1.0], references=2)
    code, text = command()
    assert code == 0
    assert "150 claims with 1 reference: " in text
    assert "as on test" in text
    assert "1 claim with 2 references: test had none such" in text
    assert text.endswith("no difference from test is more than chance.\n")


def test_evidence_elsewhere_has_left_it_and_the_exit_code_says_so(
    command: Command, store: Store, model: ServedModel
) -> None:
    answer(store, model, np.random.default_rng(0).normal(-9, 1, 150).tolist(), references=3)
    code, text = command("--json")
    assert code == 1
    content = json.loads(text)
    assert (content["model"], content["verdict"]) == (model.version, "left")
    [row] = content["references"]
    assert (row["references"], row["answers"], row["verdict"]) == (3, 150, "left")
    assert row["distance"]["low"] > row["by_chance"] - 0.2
    assert "has left known ground" in command()[1]


def test_too_few_answers_are_said_to_be_too_few(
    command: Command, store: Store, model: ServedModel
) -> None:
    code, text = command()
    assert (code, "it has answered no claim since" in text) == (0, True)
    answer(store, model, [-19.0] * 5)
    code, text = command("--since", "0")
    assert code == 0
    assert "5 claims with 1 reference: too few to tell" in text
    assert "There are too few answers" in text


def test_what_cannot_be_compared_is_told_in_one_line(
    run: Run, store: Store, model: ServedModel
) -> None:
    assert store
    assert "a number of days" in run("drift", "--since", "-1")
    assert "no such file" in run("drift", "--model", "nowhere")
    (model.folder / DISTRIBUTIONS).write_text("[]\n")
    rewrite(model.folder)
    assert "no distributions of evidence" in run("drift")
    row = model.distributions[0]
    other = distributions.Distribution(row.kind, 1, (0.0,), (1, 2), (2, 1), 9)
    distributions.write([other], model.folder)
    rewrite(model.folder)
    assert "evaluate and freeze it again" in run("drift")
