"""MLflow's own server, with its artifacts in the S3 store or beside its database."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import requests

from tests.s3_server import Store


class Tracking:
    """A server that can be killed and started again on the same database and address.

    Attributes:
        address: of the server.
        artifacts: where they go; empty where each experiment says so itself.
    """

    def __init__(self, folder: Path, store: Store | None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.artifacts = store.fresh("mlflow") if store else ""
        self._folder, self._store = folder, store
        self.start()

    def start(self) -> None:
        """Starts it and waits until it answers."""
        options = {
            "host": "127.0.0.1",
            "port": self.port,
            "workers": 1,
        }
        if self.artifacts:
            options["artifacts-destination"] = self.artifacts
        options |= {"backend-store-uri": f"sqlite:///{self._folder}/mlflow.db"}
        quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        keys = self._store.environment() if self._store else {}
        environment = {**os.environ, **keys, **quiet}
        environment.pop("MLFLOW_TRACKING_URI", None)
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "mlflow",
                    "server",
                    *(f"--{name}={value}" for name, value in options.items()),
                ],
                stdout=log,
                stderr=log,
                env=environment,
                cwd=self._folder,
                start_new_session=True,
            )
        deadline = time.monotonic() + 800
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError((self._folder / "log").read_text()[-3000:])
            time.sleep(0.2)

    def kill(self) -> None:
        """Ends it at once, with all its processes."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/health", timeout=5).ok
        except requests.RequestException:
            return False
