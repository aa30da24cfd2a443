"""The shipped model behind MLflow's own scoring server, which is a process of its own."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import requests

from components.freeze import export
from components.shared.tracking import mlflow_store
from components.shared.tracking.record import Record
from tests.freeze.conftest import blank, use_store

pytestmark = pytest.mark.slow


@contextmanager
def serving(store: Path, address: str) -> Iterator[str]:
    """Yields the URL of a server that was started outside of the project, as users start it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--env-manager", "local"]
    command += ["--model-uri", address, "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "MLFLOW_TRACKING_URI": f"sqlite:///{store}/mlflow.db"}
    environment["MLFLOW_DISABLE_TELEMETRY"] = "true"
    environment["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # for uvicorn
    environment.pop("PYTHONPATH", None)
    with (store / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=store,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 300
        while not answers(url):
            assert process.poll() is None, (store / "server.log").read_text()[-3000:]
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/ping", timeout=5).ok
    except requests.RequestException:
        return False


def text(images: npt.NDArray[np.object_]) -> list[str]:
    return [base64.b64encode(image).decode() for image in images]


@pytest.fixture(scope="module")
def addresses(frozen: tuple[Path, dict[str, float]]) -> dict[str, str]:
    """The logged model, and the same registered, as addresses."""
    run_id = Record.read(frozen[0]).run_id
    with pytest.MonkeyPatch.context() as patch:
        use_store(frozen[0].parent, patch)
        client = mlflow_store.connect()
        (output,) = client.get_run(str(run_id)).outputs.model_outputs
        client.create_registered_model("signatures")
        # MLflow looks the model up in the store of the process, not in that of its client.
        version = client.create_model_version("signatures", f"models:/{output.model_id}", run_id)
        client.set_registered_model_alias("signatures", "champion", version.version)
    return {"run": f"runs:/{run_id}/embedder", "registry": "models:/signatures@champion"}


@pytest.mark.parametrize("kind", ["run", "registry"])
def test_served_embeddings_are_those_of_the_bundle(
    kind: str,
    addresses: dict[str, str],
    frozen: tuple[Path, dict[str, float]],
    images: npt.NDArray[np.object_],
) -> None:
    expected = export.run_saved_model(frozen[0] / "saved_model", images)
    encoded = text(images)
    rows = [{"b64": image} for image in encoded]
    bodies: list[dict[str, Any]] = [
        {"inputs": encoded},
        {"inputs": rows},
        {"instances": encoded},
        {"instances": rows},
        {"dataframe_split": {"columns": ["b64"], "data": [[image] for image in encoded]}},
        {"dataframe_records": rows},
    ]
    with serving(frozen[0].parent, addresses[kind]) as url:
        for body in bodies:
            reply = requests.post(f"{url}/invocations", json=body, timeout=60)
            assert reply.status_code == 200, reply.text
            np.testing.assert_allclose(reply.json()["predictions"], expected, atol=1e-6)
        unreadable = {"instances": [encoded[0], *text(np.array([blank(), b"no picture"]))]}
        reply = requests.post(f"{url}/invocations", json=unreadable, timeout=60)
        assert reply.status_code == 200
        answer = json.loads(reply.text, parse_constant=pytest.fail)["predictions"]
        assert answer[1:] == [[None] * 8] * 2
        np.testing.assert_allclose(answer[0], expected[0], atol=1e-6)
        for wrong in ({"instances": [f"{encoded[0]}!"]}, {"inputs": [rows[0], {"name": encoded}]}):
            reply = requests.post(f"{url}/invocations", json=wrong, timeout=60)
            assert reply.status_code == 400
            assert encoded[0][:40] not in reply.text
    assert encoded[0][:40] not in (frozen[0].parent / "server.log").read_text()
