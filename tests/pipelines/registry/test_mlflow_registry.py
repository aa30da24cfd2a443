"""Versions of a registered model, on a real tracking store."""

import json
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.shared.model.bundle import version_of
from components.shared.runtime.errors import InputError
from components.shared.tracking.record import Record
from pipelines.registry.mlflow_registry import Registry

NAME = "signatures"


def test_a_version_is_the_runs_model_and_brings_its_bundle_back(
    freeze: Callable[[str], Path], client: Any, tmp_path: Path
) -> None:
    registry = Registry(NAME)
    assert registry.champion() is None
    first = registry.register(freeze("first"))
    second = registry.register(freeze("second"))
    registry.name(first, "champion", "the first")
    registry.name(second, "challenger", "may be chance")
    champion = client.get_model_version_by_alias(NAME, "champion")
    challenger = client.get_model_version_by_alias(NAME, "challenger")
    assert (champion.version, challenger.version) == (first.version, second.version)
    assert challenger.description == "may be chance"
    assert (
        first.source == f"models:/{client.get_run(first.run_id).outputs.model_outputs[0].model_id}"
    )
    (tmp_path / "fetched").mkdir()
    fetched = registry.fetch(registry.champion(), tmp_path / "fetched")
    manifest = (fetched / "manifest.json").read_bytes()
    assert json.loads(manifest)["name"] == "first"
    assert client.get_model_version(NAME, first.version).tags == {"bundle": version_of(manifest)}


def test_registering_again_after_a_failure_makes_no_second_version(
    freeze: Callable[[str], Path],
) -> None:
    bundle = freeze("only")
    assert Registry(NAME).register(bundle).version == Registry(NAME).register(bundle).version


def test_a_bundle_that_the_store_missed_is_refused(
    freeze: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "missed").mkdir()
    for bundle in (tmp_path / "missed", freeze("no-model", logged=False)):
        with pytest.raises(InputError, match="the tracking store has no model of it"):
            Registry(NAME).register(bundle)


def test_a_champion_without_a_bundle_is_refused_with_what_to_do(
    freeze: Callable[[str], Path], client: Any, tmp_path: Path
) -> None:
    run = Record.read(freeze("by-hand")).run_id
    client.create_registered_model(NAME)
    version = client.create_model_version(NAME, f"runs:/{run}/by-hand", run)
    client.set_registered_model_alias(NAME, "champion", version.version)
    with pytest.raises(InputError, match="its run has no bundle/"):
        Registry(NAME).fetch(Registry(NAME).champion(), tmp_path)


def test_a_store_without_the_run_is_named_with_the_variable_that_names_another(
    freeze: Callable[[str], Path], client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = freeze("elsewhere")
    version = Registry(NAME).register(bundle)
    other = f"sqlite:///{tmp_path}/other.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", other)
    assert Registry(NAME).champion() is None
    for ask in (
        lambda: Registry(NAME).register(bundle),
        lambda: Registry(NAME).fetch(version, tmp_path),
    ):
        with pytest.raises(InputError, match="set MLFLOW_TRACKING_URI to the right one") as caught:
            ask()
        assert f"{other} lacks what is asked for: Run with id={version.run_id} not found" in str(
            caught.value
        )


@pytest.mark.parametrize("password", ["planted", "p@planted"])
def test_a_store_that_is_down_is_one_line_and_no_traceback_tells_its_password(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://ann:{password}@127.0.0.1:9")
    with pytest.raises(
        InputError, match=r"the tracking store http://127\.0\.0\.1:9 cannot be used"
    ) as caught:
        Registry(NAME).champion()
    assert "planted" not in "".join(traceback.format_exception(caught.value))
