"""A model that freeze has shipped, deployed by the task of Kubeflow."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from kfp.dsl import Dataset, Metrics, Model

from components.shared.runtime.errors import InputError
from pipelines.deploy import manifests, shipped_model
from pipelines.deploy.proof import Proof
from pipelines.kubeflow import tasks
from tests.pipelines.deploy.conftest import Memory, service
from tests.serving.bundles import SEARCH_RATES, write_served_bundle

PARAMS: dict[str, Any] = {"publish": "s3://models/signatures", "parity_images": 4}


@pytest.fixture(autouse=True)
def only_cluster(cluster: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the cluster in memory in the place of that on which the program runs."""
    monkeypatch.setattr("pipelines.deploy.cluster.Cluster", lambda: cluster)


def run(raw: Path, frozen: Path, params: dict[str, Any], tag: str = "1.0") -> dict[str, Any]:
    """Runs the task's body and returns its figures."""
    text = manifests.to_line([service(tag)])
    metrics = Metrics()
    tasks.deploy(params, text, Dataset(uri=str(raw)), Model(uri=str(frozen)), metrics)
    return dict(metrics.metadata)


def running(cluster: Memory) -> dict[str, Any]:
    (container,) = cluster.objects["Deployment"]["spec"]["template"]["spec"]["containers"]
    return dict(container)


def test_the_service_is_told_the_published_version_and_proven_with_the_shipped_one(
    cluster: Memory, raw: Path, bundle: Path, proof: Proof
) -> None:
    figures = run(raw, bundle, PARAMS)
    address = f"s3://models/signatures/{proof.version}"
    assert running(cluster)["env"] == [{"name": "SERVE_MODEL", "value": address}]
    assert (figures["pods"], figures["images"]) == (1, 4)
    assert figures["max_abs_difference"] <= 1e-5


def test_where_another_model_answers_the_version_before_is_back_and_the_task_fails(
    cluster: Memory,
    raw: Path,
    bundle: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(raw, bundle, PARAMS)
    former = running(cluster)
    other = write_served_bundle(tmp_path / "other", search_rates=SEARCH_RATES)
    with pytest.raises(SystemExit) as failure:
        run(raw, other, PARAMS, tag="2.0")
    assert failure.value.code == 1
    assert running(cluster) == former
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("error: pod signatures-1: serves the version")
    assert line.endswith("the version before is back")


def test_a_model_that_was_published_nowhere_is_refused_before_anything_is_applied(
    cluster: Memory, raw: Path, bundle: Path
) -> None:
    with pytest.raises(InputError, match=r"needs freeze\.publish"):
        shipped_model.address(None, bundle)
    with pytest.raises(SystemExit) as refusal:
        run(raw, bundle, {"parity_images": 4})
    assert refusal.value.code == 2
    damaged = shutil.copytree(bundle, raw.parent / "damaged")
    (damaged / "embedder.onnx").write_bytes(b"")
    with pytest.raises(SystemExit) as refusal:
        run(raw, damaged, PARAMS)
    assert refusal.value.code == 2
    assert cluster.applied == []
