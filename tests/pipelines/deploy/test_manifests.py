"""Rendered manifests: read, refused, and pointed at a model."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.shared.runtime.errors import InputError
from pipelines.deploy import manifests
from tests.pipelines.deploy.conftest import service

CONFIG = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "settings", "namespace": "bank"},
}
KINDS = ("NetworkPolicy", "Deployment", "InferenceService")


def write(folder: Path, *documents: Any) -> Path:
    path = folder / "rendered.yaml"
    path.write_text(yaml.safe_dump_all(documents))
    return path


def test_documents_are_read_in_their_order_and_the_service_is_found(tmp_path: Path) -> None:
    documents = manifests.read(write(tmp_path, CONFIG, None, service()))
    assert documents == [CONFIG, service()]
    assert manifests.deployment(documents) == service()
    assert list(yaml.safe_load_all(manifests.to_yaml(documents))) == documents
    line = manifests.to_line(documents)
    assert "\n" not in line
    assert manifests.parse(line, "an argument") == documents


def test_another_model_changes_the_pods_and_nothing_that_was_read(tmp_path: Path) -> None:
    documents = [CONFIG, service()]
    first = manifests.with_model(documents, "s3://models/a")
    second = manifests.with_model(first, "s3://models/b")
    assert documents == [CONFIG, service()]
    (container,) = manifests.deployment(second)["spec"]["template"]["spec"]["containers"]
    assert container["env"] == [{"name": "SERVE_MODEL", "value": "s3://models/b"}]


@pytest.mark.parametrize(
    ("documents", "said"),
    [
        ([], "holds 0 Deployments"),
        ([CONFIG], "holds 0 Deployments"),
        ([{**CONFIG, "kind": kind, "spec": None} for kind in KINDS], "holds 0 Deployments"),
        ([service(), service()], "holds 2 Deployments"),
        ([["a", "list"]], "lacks apiVersion, kind"),
        ([{**CONFIG, "metadata": {"name": "settings"}}], "or namespace"),
    ],
)
def test_what_is_no_service_is_bad_input(documents: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        manifests.read(write(tmp_path, *documents))


def test_a_file_that_is_no_yaml_or_not_there_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "rendered.yaml"
    with pytest.raises(InputError, match=r"rendered.yaml: cannot be read"):
        manifests.read(path)
    path.write_text("a: [")
    with pytest.raises(InputError, match="not valid YAML"):
        manifests.read(path)


def test_a_folder_that_kustomize_does_not_know_is_bad_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="kubectl"):
        manifests.read(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="is not here; name a file"):
        manifests.read(tmp_path)
