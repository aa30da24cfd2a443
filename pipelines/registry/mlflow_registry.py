"""MLflow's model registry: versions of one registered model, each with its shipped bundle."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from components.shared.runtime.errors import InputError, redact_credentials
from components.shared.tracking import mlflow_store
from components.shared.tracking.record import Record
from components.shared.tracking.run import first_line, upload_timeout

CHAMPION, CHALLENGER = "champion", "challenger"
BUNDLE = "bundle"
ABSENT = {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}


class Registry:
    """The versions of one registered model.

    Args:
        name: of the registered model.

    Raises:
        InputError: the tracking store cannot be used; likewise of all methods.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        with _translate_errors():
            self._client = mlflow_store.connect()

    def champion(self) -> Any | None:
        """Returns the version with the alias `champion`, as MLflow describes it."""
        from mlflow.exceptions import MlflowException

        with _translate_errors():
            try:
                return self._client.get_model_version_by_alias(self._name, CHAMPION)
            except MlflowException as error:
                if error.error_code in ABSENT:
                    return None
                raise

    def fetch(self, version: Any, out: Path) -> Path:
        """Downloads the bundle of a version into an existing folder and returns its path.

        Raises:
            InputError: the version's run has no bundle.
        """
        with _translate_errors():
            artifacts = self._client.list_artifacts(version.run_id)
            if not any(artifact.path == BUNDLE for artifact in artifacts):
                raise InputError(
                    f"{self._name}, version {version.version}: its run has no {BUNDLE}/, as "
                    f"`retrain` writes it; move the alias {CHAMPION} to another version, or "
                    "delete it"
                )
            with upload_timeout():
                return Path(self._client.download_artifacts(version.run_id, BUNDLE, str(out)))

    def register(self, frozen: Path) -> Any:
        """Returns the version of a bundle, a new one unless its run has one already.

        Args:
            frozen: output folder of freeze; its run holds the model to serve.

        Raises:
            InputError: the store lacks the run or the model.
        """
        run_id = Record.read(frozen).run_id
        with _translate_errors():
            run = self._client.get_run(run_id) if run_id else None
            if run is None or not run.outputs.model_outputs:
                raise InputError(
                    f"{frozen}: the tracking store has no model of it; "
                    "look why, and freeze it again"
                )
            condition = f"name = '{self._name}' and run_id = '{run_id}'"
            versions = self._client.search_model_versions(condition)
            if versions:
                return versions[0]
            with upload_timeout():
                self._client.log_artifacts(run_id, str(frozen), BUNDLE)
            self._create_model()
            model_id = run.outputs.model_outputs[-1].model_id
            return self._client.create_model_version(self._name, f"models:/{model_id}", run_id)

    def name(self, version: Any, alias: str, reason: str) -> None:
        """Moves an alias to a version, and describes the version by the reason."""
        with _translate_errors():
            self._client.update_model_version(self._name, version.version, reason)
            self._client.set_registered_model_alias(self._name, alias, version.version)

    def _create_model(self) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self._client.create_registered_model(self._name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise


def describe_tracking_store() -> str:
    """Describes the tracking store for a message, without a password."""
    uri = os.environ.get("MLFLOW_TRACKING_URI")
    return f"the tracking store {redact_credentials(uri) if uri else 'in mlruns/'}"


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # whatever a store that is down may raise; it may name a password
        missing = getattr(error, "error_code", None) == "RESOURCE_DOES_NOT_EXIST"
        fault = "lacks what is asked for" if missing else "cannot be used"
        raise InputError(
            f"{describe_tracking_store()} {fault}: {first_line(error)}; "
            "set MLFLOW_TRACKING_URI to the right one"
        ) from None
