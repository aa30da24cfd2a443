"""A tracked run: what a step may write to MLflow, and the record that it leaves in its output
folder.
"""

import logging
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
import yaml
from pydantic import BaseModel

from components.shared.runtime.errors import redact_credentials
from components.shared.runtime.params import StepParams

UPLOAD_SECONDS = "120"
RECORD = "mlflow_run.json"

logger = logging.getLogger(__name__)


class Record(BaseModel):
    """The content of `mlflow_run.json`: enough to log a step's output folder later."""

    run_id: str | None = None
    step: int = 0
    params: dict[str, str] = {}
    metrics: dict[str, float] = {}
    tags: dict[str, str] = {}

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Reads the record in a step's output folder; an empty one where there is none."""
        path = folder / RECORD
        return cls.parse(path.read_bytes()) if path.is_file() else cls()

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Reads a record from the bytes of its file."""
        return cls.model_validate_json(content)

    def write(self, folder: Path) -> None:
        """Writes the record into an output folder."""
        (folder / RECORD).write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


class Run:
    """Writes to one run. Where the store is (or goes) down it warns once and only keeps the record.

    Args:
        client: an MlflowClient, or None.
        run_id: the run.
        logged: parameters that the run already has; they are never logged again.
    """

    def __init__(
        self, client: Any, run_id: str | None, logged: dict[str, str] | None = None
    ) -> None:
        self._client, self.run_id = client, run_id
        self._logged = logged or {}
        self.record = Record(run_id=run_id)
        self.keep_open = False

    def log_params(self, values: Mapping[str, str]) -> None:
        """Logs parameters that the run does not have yet."""
        from mlflow.entities import Param

        self.record.params |= values
        fresh = [Param(key, value) for key, value in values.items() if key not in self._logged]
        self._logged |= values
        self._try(lambda: self._client.log_batch(self.run_id, params=fresh))

    def log_metrics(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Logs figures at a step (the run's last one where None); the record keeps the last of
        each.
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
        self._try(
            lambda: self._client.log_batch(
                self.run_id, tags=[RunTag(k, v) for k, v in values.items()]
            )
        )

    def log_artifacts(self, path: Path, folder: str) -> None:
        """Uploads a file, or all files of a folder, into a folder of the run's artifacts."""
        upload = self._client.log_artifacts if path.is_dir() and self._client else None
        with upload_timeout():
            self._try(lambda: (upload or self._client.log_artifact)(self.run_id, str(path), folder))

    def log_dataset(self, name: str, source: Path, digest: str, context: str) -> None:
        """Notes what data the run used, as an MLflow dataset input.

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
        """Logs the shipped model, with its signature: encoded image bytes in, embeddings out.

        Args:
            saved_model: folder of the SavedModel.
            size: D, of the embeddings.
        """
        from components.shared.tracking import mlflow_model

        if self._client is None:
            return
        module = mlflow_model.load(saved_model)
        with upload_timeout():
            self._try(lambda: mlflow_model.log(module, size, str(self.run_id)))

    def write(self, folder: Path) -> None:
        """Writes the record into an output folder."""
        self.record.write(folder)

    def end(self, status: str) -> None:
        """Ends the run, unless whoever opened it will."""
        if not self.keep_open:
            self._try(lambda: self._client.set_terminated(self.run_id, status))

    def disconnect(self, error: Exception) -> None:
        """Goes on without the store, after one warning."""
        reason = first_line(error)
        logger.warning(
            "warning: the tracking store cannot be used (%s); going on without it, "
            "docs/tracking.md says how to log its outputs later",
            reason,
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
    """What an error says first, without the user and password that an address in it may carry."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return redact_credentials(lines[0])[:200]


def flat_params(section: str, params: BaseModel) -> dict[str, str]:
    """Returns parameters by their dotted names, spelled as in YAML."""
    flat: dict[str, str] = {}
    for key in type(params).model_fields:
        value = getattr(params, key)
        name = f"{section}.{key}"
        flat |= (
            flat_params(name, value) if isinstance(value, StepParams) else {name: yaml_text(value)}
        )
    return flat


def yaml_text(value: object) -> str:
    """Returns a value as YAML spells it in one line, so that `-S name=text` means the same value."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=math.inf)
    text = text.removesuffix("\n").removesuffix("\n...")
    if len(text.splitlines()) > 1:  # a string with line breaks, which only double quotes escape
        text = yaml.safe_dump(
            value, default_flow_style=True, default_style='"', width=math.inf
        ).removesuffix("\n")
    return text


@contextmanager
def upload_timeout() -> Iterator[None]:
    """Uploads may take longer than a call that asks whether the store is there."""
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
