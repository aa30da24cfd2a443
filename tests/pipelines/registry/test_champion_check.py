"""The registry asked before a training, on a real tracking store."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.shared.runtime.errors import InputError
from pipelines.registry import champion_check
from pipelines.registry.mlflow_registry import LostBundleError, Registry

NAME = "signatures"


def test_it_says_with_which_champion_a_new_model_will_be_compared(
    freeze: Callable[[str], Path], client: Any
) -> None:
    assert "has no champion of 'signatures'" in champion_check.check(NAME)
    registry = Registry(NAME)
    registry.name(registry.register(freeze("first")), "champion", "the first")
    assert champion_check.check(NAME).endswith("is version 1")


def test_a_champion_without_a_bundle_is_refused(freeze: Callable[[str], Path], client: Any) -> None:
    folder = freeze("first")
    client.create_registered_model(NAME)
    run = client.search_runs(["1"])[0].info.run_id
    version = client.create_model_version(NAME, str(folder), run)
    client.set_registered_model_alias(NAME, "champion", version.version)
    with pytest.raises(LostBundleError, match="the champion, version 1, has no bundle/"):
        champion_check.check(NAME)


def test_a_store_that_ends_with_its_pod_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    with pytest.raises(InputError, match="a store in the pod ends with it"):
        champion_check.check(NAME)
