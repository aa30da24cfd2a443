"""One GPU that Keras's backend sees, and models of the sample that were trained on it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.shared.runtime import backend
from tests.gpu import sample

IDENTITIES = 200
STEPS = 360
PRECISIONS = ("float32", "mixed_bfloat16")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks all tests of this folder as whole runs."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def gpu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Shows one GPU alone, and skips where there is none; TensorFlow is loaded only if it may see
    one, with its own settings: the steps make float32 exact.
    """
    if not shutil.which("nvidia-smi") and not list(Path("/dev").glob("nvidia[0-9]*")):
        pytest.skip("no NVIDIA GPU is at hand")
    folder = tmp_path_factory.mktemp("surroundings")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("MLFLOW_", "DVC_")):
                patch.delenv(name)
        patch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")  # where nothing answers
        patch.setenv("CHECKPOINT_DIR", str(folder / "checkpoints"))
        patch.setenv("TENSORBOARD_DIR", str(folder / "tensorboard"))
        visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0")
        patch.setenv("CUDA_VISIBLE_DEVICES", visible.split(",", maxsplit=1)[0])
        backend.load()
        if not sees_gpu():
            pytest.skip(f"{backend.name()} sees no GPU: it wants CUDA, as requirements-gpu.lock")
        yield


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A share of the sample: raw, prepared and split."""
    return sample.prepare(tmp_path_factory.mktemp("data"), IDENTITIES)


@pytest.fixture(scope="session")
def models(data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for each precision, with its embedder and evaluation."""
    folders = {precision: tmp_path_factory.mktemp(precision) for precision in PRECISIONS}
    for precision, folder in folders.items():
        sample.train_and_evaluate(data, folder, precision, STEPS)
    return folders


def sees_gpu() -> bool:
    """Tells whether Keras's backend, which is loaded, computes on a GPU."""
    if backend.name() == "jax":
        import jax

        return str(jax.default_backend()) == "gpu"
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))
