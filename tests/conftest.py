"""Fixtures of several test modules: a tiny generated data set, the real one, servers."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.shared.runtime import progress
from tests import s3_server as server

os.environ.setdefault(
    "TF_ENABLE_ONEDNN_OPTS", "1"
)  # as components.shared.runtime.backend does, for modules that do not use it
# Else each command of DVC leaves a process behind, which tells of it.
os.environ.setdefault("DVC_NO_ANALYTICS", "true")
# 0 is all threads: one process trains too, after it has prepared images. Of several processes each
# takes one, or they spend most of their time waiting for each other's.
THREADS = "1" if "PYTEST_XDIST_WORKER" in os.environ else "0"
if os.environ.get("TF_NUM_INTRAOP_THREADS", "0") == "0":  # a worker inherits its starter's
    os.environ["TF_NUM_INTRAOP_THREADS"] = THREADS
if THREADS == "1":
    for library in ("OMP", "OPENBLAS"):
        os.environ.setdefault(f"{library}_NUM_THREADS", THREADS)

# A shell's background jobs ignore Ctrl-C, and so would all that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared"


def pytest_configure(config: pytest.Config) -> None:
    """`make fuzz` tries many inputs, others each time, none of which may take ten seconds."""
    if config.getoption("--hypothesis-profile") == "fuzz":
        from hypothesis import Phase, settings

        phases = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
        settings.register_profile("fuzz", max_examples=10_000, deadline=10_000, phases=phases)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole runs are slow."""
    for item in items:
        if PROJECT / "tests" / "e2e" in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def raw_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """data/raw of 8 generated identities × (4 genuine + 3 forgeries)."""
    from components.ingest import step
    from components.ingest.params import IngestParams, SampleParams

    out = tmp_path_factory.mktemp("data") / "raw"
    step.run(IngestParams(sample=SampleParams(seed=0, identities=8, genuine=4, forgeries=3)), out)
    return out


@pytest.fixture(scope="session")
def cedar_dir() -> Path:
    """The real CEDAR data; skips where it is missing."""
    return _real("CEDAR_DIR", SHARED / "datasets" / "cedar")


@pytest.fixture(scope="session")
def bhsig260_dir() -> Path:
    """The real Bengali signatures of BHSig260; skips where they are missing."""
    return _real("BHSIG260_DIR", SHARED / "datasets" / "bhsig260-bengali")


@pytest.fixture(scope="session")
def resnet50_dir() -> Path:
    """ImageNet weights of ResNet50; skips where they are missing."""
    return _real("RESNET50_DIR", SHARED / "weights" / "resnet50.tv_in1k")


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Store]:
    """A real S3 server; skips where it is not installed."""
    running = server.start(tmp_path_factory.mktemp("store"))
    yield running
    server.stop(running)


@pytest.fixture(autouse=True)
def own_progress() -> Iterator[None]:
    """A command with --quiet silences its process, which is that of all the tests here."""
    before = os.environ.get(progress.VARIABLE)
    yield
    if before is None:
        os.environ.pop(progress.VARIABLE, None)
    else:
        os.environ[progress.VARIABLE] = before


@pytest.fixture
def s3(store: server.Store, monkeypatch: pytest.MonkeyPatch) -> server.Store:
    """The S3 server, with its owner's keys in the environment."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in store.environment().items():
        monkeypatch.setenv(name, value)
    return store


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow takes seconds to make its tables; the tests copy them."""
    import mlflow

    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def client(empty_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """MLflow's client of an empty store of the test's own, in its folder."""
    for name in (
        "MLFLOW_RUN_ID",
        "MLFLOW_EXPERIMENT_ID",
        "MLFLOW_EXPERIMENT_NAME",
        "DVC_STAGE",
        "DVC_EXP_NAME",
    ):
        monkeypatch.delenv(name, raising=False)
    shutil.copyfile(empty_store, tmp_path / "mlflow.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.chdir(tmp_path)
    from components.shared.tracking import mlflow_store

    monkeypatch.setattr(
        "mlflow.tracking._tracking_service.utils._tracking_uri", None
    )  # put back at the end
    return mlflow_store.connect()


def _real(variable: str, fallback: Path) -> Path:
    folder = Path(os.environ.get(variable) or fallback)
    if not folder.is_dir():
        pytest.skip(f"{variable} is not set and {fallback.name} is not at hand")
    return folder
