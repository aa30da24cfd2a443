"""A tracked run: everything that a step writes to MLflow, and keeps in its record."""

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from components.shared.runtime.errors import redact_credentials
from components.shared.tracking.record import Record

UPLOAD_SECONDS = "120"

logger = logging.getLogger(__name__)


class Run:
    """One MLflow run. If its store is or goes down, it warns once and only keeps the record.

    Args:
        client: an MlflowClient, or None.
        run_id: the run.
        logged: parameters that the run already has; they are never logged again.
        name: of the run; its curves in TensorBoard have the same.

    Attributes:
        record: all that was logged, for `mlflow_run.json`.
        keep_open: True leaves the run's status to the process that opened it.
    """

    def __init__(
        self,
        client: Any,
        run_id: str | None,
        logged: dict[str, str] | None = None,
        name: str | None = None,
    ) -> None:
        self._client, self.run_id = client, run_id
        self._logged = logged or {}
        self.record = Record(run_id=run_id, name=name)
        self.keep_open = False

    def log_params(self, values: Mapping[str, str]) -> None:
        """Logs parameters that the run does not have yet."""
        from mlflow.entities import Param

        self.record.params |= values
        fresh = [Param(key, value) for key, value in values.items() if key not in self._logged]
        self._logged |= values
        self._try(lambda: self._client.log_batch(self.run_id, params=fresh))

    def log_metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Logs metrics at a step (the run's last one if None); the record keeps the last of each.

        Values that are not finite are left out.
        """
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        self.record.step = self.record.step if step is None else step
        finite = {key: float(value) for key, value in values.items() if np.isfinite(value)}
        self.record.metrics |= finite
        metrics = [Metric(key, value, now, self.record.step) for key, value in finite.items()]
        self._try(lambda: self._client.log_batch(self.run_id, metrics=metrics))

    def set_tags(self, values: Mapping[str, str]) -> None:
        """Sets tags."""
        from mlflow.entities import RunTag

        self.record.tags |= values
        tags = [RunTag(key, value) for key, value in values.items()]
        self._try(lambda: self._client.log_batch(self.run_id, tags=tags))

    def log_artifacts(self, path: Path, folder: str) -> None:
        """Uploads a file, or all files of a folder, into a folder of the run's artifacts."""
        if self._client is None:
            return
        upload = self._client.log_artifacts if path.is_dir() else self._client.log_artifact
        with upload_timeout():
            self._try(lambda: upload(self.run_id, str(path), folder))

    def log_dataset(self, name: str, source: Path, digest: str, context: str) -> None:
        """Logs the data that the run used, as an MLflow dataset input.

        Args:
            name: of the data set.
            source: where it is.
            digest: its hash, at most 36 characters.
            context: `training` or `evaluation`.
        """
        from mlflow.entities import Dataset, DatasetInput, InputTag

        dataset = Dataset(name, digest[:36], "local", f'{{"uri": "{source.as_posix()}"}}')
        used = DatasetInput(dataset, [InputTag("mlflow.data.context", context)])
        self._try(lambda: self._client.log_inputs(self.run_id, [used]))

    def log_model(self, saved_model: Path, size: int) -> None:
        """Logs the shipped model, with its signature and the metrics of the run's last step.

        It takes encoded images, in bytes or base64, and returns embeddings.

        Args:
            saved_model: folder of the SavedModel.
            size: D, the length of an embedding.
        """
        from components.shared.tracking import mlflow_model

        if self._client is None:
            return
        run_id, step = str(self.run_id), self.record.step
        with upload_timeout():
            self._try(lambda: mlflow_model.log(saved_model, size, run_id, step))

    def write(self, folder: Path) -> None:
        """Writes the record into an output folder."""
        self.record.write(folder)

    def end(self, status: str) -> None:
        """Ends the run with a status, `FINISHED`, `FAILED` or `KILLED`, unless `keep_open`."""
        if not self.keep_open:
            self._try(lambda: self._client.set_terminated(self.run_id, status))

    def disconnect(self, error: Exception) -> None:
        """Warns once, and continues without the store."""
        logger.warning(
            "warning: the tracking store cannot be used (%s); going on without it, "
            "docs/tracking.md says how to log its outputs later",
            first_line(error),
        )
        self._client = self.run_id = self.record.run_id = None

    def _try(self, write: Callable[[], object]) -> None:
        if self._client is None:
            return
        try:
            write()
        except Exception as error:  # whatever a store that is down may raise
            self.disconnect(error)


def first_line(error: Exception) -> str:
    """Returns an error's first line, at most 200 characters, without credentials."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return redact_credentials(lines[0])[:200]


@contextmanager
def upload_timeout() -> Iterator[None]:
    """Allows MLflow's requests the time of an upload, longer than that of a small request."""
    name = "MLFLOW_HTTP_REQUEST_TIMEOUT"
    before = os.environ.get(name)
    os.environ[name] = UPLOAD_SECONDS
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
