"""A tracked run: everything that a step writes to MLflow, and keeps in its record."""

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from components.shared.runtime.errors import redact_credentials
from components.shared.tracking import figures_table, mlflow_names, read_back
from components.shared.tracking.data_set import DataSet
from components.shared.tracking.record import Record
from components.shared.tracking.run_tags import DESCRIPTION
from components.shared.tracking.store_requests import answer, first_line, transfer

FIGURES = "figures.json"

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
        former_name: of a run that is continued: the name that it had.
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
        self._uploaded: dict[str, int | None] = {}  # and not read back yet
        self.record = Record(run_id=run_id, name=name)
        self.former_name: str | None = None
        self.keep_open = False

    def log_params(self, values: Mapping[str, str]) -> None:
        """Logs parameters that the run does not have yet, addresses without passwords."""
        from mlflow.entities import Param

        values = {name: redact_credentials(value) for name, value in values.items()}
        self.record.params |= values
        fresh = [Param(key, value) for key, value in values.items() if key not in self._logged]
        self._logged |= values
        self._ask(lambda: self._client.log_batch(self.run_id, params=fresh))

    def log_curves(self, figures: Mapping[str, float], step: int) -> None:
        """Logs the figures of a training's step, by their names in history.csv.

        Values that are not finite are left out. The record keeps the last of each.
        """
        self.record.step = step
        self._log_metrics(mlflow_names.curves(self._recorded(figures)), step)

    def log_evaluation(self, metrics: Mapping[str, float], folder: str = "evaluation") -> None:
        """Logs an evaluation: the figures that people compare as metrics, all of them as a table.

        MLflow draws a metric of step 0 as a bar.

        Args:
            metrics: by their names in metrics.json; what is not finite is left out.
            folder: of the run's artifacts, for the table.
        """
        finite = self._recorded(metrics)
        self._log_metrics(mlflow_names.evaluation(finite), step=0)
        self.log_table(figures_table.columns(finite), f"{folder}/{FIGURES}")

    def log_figures(self, figures: Mapping[str, float]) -> None:
        """Logs figures of what is shipped by their own names, as bars."""
        if figures:
            self._log_metrics(self._recorded(figures), step=0)

    def log_table(self, columns: Mapping[str, Sequence[object]], path: str) -> None:
        """Logs a table, unless the run has one at that path: MLflow would append to it.

        Args:
            columns: by name, of equal lengths.
            path: among the run's artifacts, a JSON file.
        """

        def write() -> None:
            folder = path.rpartition("/")[0]
            artifacts = self._client.list_artifacts(self.run_id, folder or None)
            if not any(artifact.path == path for artifact in artifacts):
                self._client.log_table(self.run_id, dict(columns), path)
                self._uploaded[path] = None

        self._try(lambda: transfer(write, 0))

    def log_text(self, text: str, path: str) -> None:
        """Writes a text file, by its path among the run's artifacts."""

        def write() -> None:
            self._client.log_text(self.run_id, text, path)
            self._uploaded[path] = len(text.encode())

        self._try(lambda: transfer(write, len(text)))

    def describe(self, text: str) -> None:
        """Sets the description of the run, in Markdown."""
        self.set_tags({DESCRIPTION: text})

    def set_tags(self, values: Mapping[str, str]) -> None:
        """Sets tags."""
        from mlflow.entities import RunTag

        self.record.tags |= values
        tags = [RunTag(key, value) for key, value in values.items()]
        self._ask(lambda: self._client.log_batch(self.run_id, tags=tags))

    def log_artifacts(self, path: Path, folder: str) -> None:
        """Uploads a file, or all files of a folder, into a folder of the run's artifacts."""
        if self._client is None:
            return
        upload = self._client.log_artifacts if path.is_dir() else self._client.log_artifact

        def write() -> None:
            sizes = read_back.sizes(path, folder)
            transfer(lambda: upload(self.run_id, str(path), folder), read_back.total(sizes))
            self._uploaded |= sizes

        self._try(write)

    def log_dataset(self, data: DataSet, context: str) -> None:
        """Logs the data that the run used, as an MLflow dataset input.

        Args:
            data: name, revision and source.
            context: `training` or `evaluation`.
        """
        from mlflow.entities import Dataset, DatasetInput, InputTag

        source = json.dumps({"uri": data.source})
        dataset = Dataset(data.name, data.revision, "local", source)
        used = DatasetInput(dataset, [InputTag("mlflow.data.context", context)])
        self._ask(lambda: self._client.log_inputs(self.run_id, [used]))

    def log_model(self, saved_model: Path, size: int) -> None:
        """Logs the shipped model, with its signature and the figures of its evaluation.

        It takes encoded images, in bytes or base64, and returns embeddings.

        Args:
            saved_model: folder of the SavedModel.
            size: D, the length of an embedding.
        """
        from components.shared.tracking import mlflow_model

        if self._client is None:
            return
        run_id, step = str(self.run_id), self.record.step
        total = read_back.total(read_back.sizes(saved_model, ""))
        self._try(
            lambda: transfer(lambda: mlflow_model.log(saved_model, size, run_id, step), total)
        )

    def write(self, folder: Path) -> None:
        """Writes the record into an output folder, without an id where uploads are not there."""
        self._read_back()
        self.record.write(folder)

    def end(self, status: str) -> None:
        """Ends the run with a status, `FINISHED`, `FAILED` or `KILLED`, unless `keep_open`."""
        if status == "FINISHED":
            self._read_back()
        if not self.keep_open:
            self._ask(lambda: self._client.set_terminated(self.run_id, status))

    def disconnect(self, error: Exception) -> None:
        """Warns once, and continues without the store."""
        logger.warning(
            "warning: the tracking store cannot be used (%s); going on without it, "
            "docs/tracking.md says how to log its outputs later",
            first_line(error),
        )
        self._client = self.run_id = self.record.run_id = None

    def _read_back(self) -> None:
        """Checks that what was uploaded since is there."""
        uploaded, self._uploaded = self._uploaded, {}
        self._ask(
            lambda: read_back.demand(
                lambda folder: self._client.list_artifacts(self.run_id, folder), uploaded
            )
        )

    def _recorded(self, figures: Mapping[str, float]) -> dict[str, float]:
        """Returns the finite figures, which the record has then."""
        finite = {name: float(value) for name, value in figures.items() if np.isfinite(value)}
        self.record.metrics |= finite
        return finite

    def _log_metrics(self, values: Mapping[str, float], step: int) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        metrics = [Metric(name, value, now, step) for name, value in values.items()]
        self._ask(lambda: self._client.log_batch(self.run_id, metrics=metrics))

    def _ask(self, ask: Callable[[], object]) -> None:
        self._try(lambda: answer(ask))

    def _try(self, write: Callable[[], object]) -> None:
        if self._client is None:
            return
        try:
            write()
        except Exception as error:  # whatever a store that is down may raise
            self.disconnect(error)
