"""`python -m pipelines promote`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.__main__ import main

PARAMS = str(Path(__file__).parents[3] / "params.yaml")


def test_the_first_model_becomes_champion_once_and_the_output_says_what_to_do_with_it(
    freeze: Callable[[str], Path], client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["promote", str(freeze("first")), "--params", PARAMS]
    main(arguments)
    first = capsys.readouterr().out
    assert "\nThere was no champion in the tracking store sqlite:///" in first
    assert "\nVersion 1 is registered under `champion`.\n" in first
    assert "  mlflow models serve --env-manager local --model-uri models:/signatures@champ" in first
    main(arguments)
    again = capsys.readouterr().out
    assert "\nVersion 1 is this very model and stays champion.\n" in again
    assert "It had been registered before." in again
    (version,) = client.search_model_versions("name = 'signatures'")
    assert version.version == client.get_model_version_by_alias("signatures", "champion").version


def test_force_makes_a_registered_challenger_champion_without_a_comparison(
    freeze: Callable[[str], Path], client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines.registry.mlflow_registry import Registry

    registry = Registry("faces")
    registry.name(registry.register(freeze("first")), "champion", "the first")
    second = freeze("second")
    registry.name(registry.register(second), "challenger", "may be chance")
    main(["promote", str(second), "--name", "faces", "--force", "--params", PARAMS])
    text = capsys.readouterr().out
    assert "Version 2 became champion by force, not compared with version 1." in text
    assert "It had been registered before." in text
    assert client.get_registered_model("faces").aliases == {"champion": 2}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere/manifest.json: no such file; name a folder that freeze wrote"),
        (["--name", "a/b"], "--name 'a/b': the name of a registered model is not empty"),
        (["-S", "evaluate.reference=3"], "unknown parameter evaluate.reference"),
    ],
)
def test_bad_input_is_one_line_and_registers_nothing(
    arguments: list[str], message: str, client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["promote", *arguments, "--params", PARAMS])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert list(client.search_registered_models()) == []
