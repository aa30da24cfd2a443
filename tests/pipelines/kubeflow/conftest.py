"""A compiled training pipeline, and a server of Kubeflow Pipelines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.kfp_server import TOKEN, KubeflowServer, serving
from tests.pipelines.kubeflow.compiled import Compiled, compile_to, executors


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[Compiled]:
    """The pipeline and its Kubernetes settings; checkpoints go to an object store."""
    settings = (
        "train.steps=7",
        "cluster.checkpoints=s3://bucket/checkpoints",
        "cluster.split.retries=0",
        "cluster.environment={AWS_ENDPOINT_URL: 'https://s3.example'}",
        "cluster.secret_keys={AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key}",
    )
    options: list[str] = []
    for setting in settings:
        options += ["-S", setting]
    return compile_to(tmp_path_factory.mktemp("compiled") / "build" / "signature.yaml", *options)


@pytest.fixture(scope="session")
def compiled(documents: list[Compiled]) -> Compiled:
    return documents[0]


@pytest.fixture(scope="session")
def placed(documents: list[Compiled]) -> dict[str, Compiled]:
    """The Kubernetes settings of each task."""
    return executors(documents[1])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[KubeflowServer]:
    """A server, and an environment that names it and a token that it takes."""
    with serving() as started:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("KFP_HOST", started.host)
        monkeypatch.setenv("KFP_TOKEN", TOKEN)
        for name in ("KFP_NAMESPACE", "KF_PIPELINES_UI_ENDPOINT"):
            monkeypatch.delenv(name, raising=False)
        yield started
