"""Bundles of a real registry, fetched by their addresses."""

from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

from components.shared.model import registered_bundle
from components.shared.runtime.errors import InputError
from components.shared.storage.files import manifest, project_root
from components.shared.tracking import mlflow_store
from tests.bundles import write_bundle

CHAMPION = "models:/signatures@champion"


@pytest.fixture
def artifacts(client: Any, tmp_path: Path) -> Path:
    """The folder in which the store keeps the bundle of the champion, version 1."""
    run = client.create_run(mlflow_store.experiment_id(client)).info
    client.log_artifacts(run.run_id, str(write_bundle(tmp_path / "frozen")), "bundle")
    client.create_registered_model("signatures")
    version = client.create_model_version("signatures", f"runs:/{run.run_id}/x", run.run_id)
    client.set_registered_model_alias("signatures", "champion", version.version)
    return Path(urlparse(run.artifact_uri).path) / "bundle"


def test_a_bundle_is_fetched_whole_by_alias_and_by_version(artifacts: Path, tmp_path: Path) -> None:
    out = tmp_path / "models" / "fetched"
    for address in (CHAMPION, "models:/signatures/1"):
        registered_bundle.fetch(address, out)
        assert manifest(out) == manifest(tmp_path / "frozen")
        assert [path.name for path in out.parent.iterdir()] == ["fetched"]
    with registered_bundle.local_bundle(str(tmp_path / "frozen")) as folder:
        assert folder == tmp_path / "frozen"
    with registered_bundle.local_bundle(CHAMPION) as folder:
        assert manifest(folder) == manifest(tmp_path / "frozen")
    assert not folder.exists()


def test_an_address_that_leads_nowhere_is_refused(artifacts: Path, tmp_path: Path) -> None:
    forms = "write models:/<name>@<alias> or models:/<name>/<version>"
    absent = "has no such version; `python -m pipelines promote` registers one"
    cases = {
        "models:/signatures": forms,
        "models:/signatures/Production": forms,
        "models:/": forms,
        "models:/signatures@challenger": absent,
        "models:/signatures/2": absent,
        "models:/faces@champion": absent,
    }
    for address, message in cases.items():
        with pytest.raises(InputError, match=message) as caught:
            registered_bundle.fetch(address, tmp_path / "out")
        assert str(caught.value).startswith(f"{address}: ")
        assert not (tmp_path / "out").exists()


def test_a_file_that_was_changed_in_the_store_is_refused_and_nothing_is_left(
    artifacts: Path, tmp_path: Path
) -> None:
    (artifacts / "saved_model" / "saved_model.pb").write_bytes(b"another")
    with pytest.raises(InputError, match=r"saved_model.pb: its sha256 is not that of manifest"):
        registered_bundle.fetch(CHAMPION, tmp_path / "models" / "out")
    assert list((tmp_path / "models").iterdir()) == []


def test_the_embedded_store_is_described_without_its_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    embedded = f"sqlite:///{project_root()}/mlruns/mlflow.db"
    for uri in ("", embedded):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        assert registered_bundle.describe_tracking_store() == "the tracking store in mlruns/"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://ann:secret@mlflow.example")
    assert registered_bundle.describe_tracking_store().endswith("mlflow.example")
    assert "secret" not in registered_bundle.describe_tracking_store()
