"""MLflow's model registry: versions of one registered model, with the bundles that they were
shipped as.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from components.shared.runtime.errors import InputError, redact_credentials
from components.shared.tracking import runs
from components.shared.tracking.run import Record, first_line, upload_timeout

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
            self._client = runs.connect()

    def champion(self) -> Any | None:
        """The version with the alias `champion`, as MLflow describes it."""
        from mlflow.exceptions import MlflowException

        with _translate_errors():
            try:
                return self._client.get_model_version_by_alias(self._name, CHAMPION)
            except MlflowException as error:
                if error.error_code in ABSENT:
                    return None
                raise

    def fetch(self, version: Any, out: Path) -> Path:
        """Brings the bundle of a version into an existing folder and returns where it is.

        Raises:
            InputError: the version's run has no bundle.
        """
        with _translate_errors():
            if not any(one.path == BUNDLE for one in self._client.list_artifacts(version.run_id)):
                raise InputError(
                    f"{self._name}, version {version.version}: its run has no {BUNDLE}/, as `retrain` writes it; "
                    f"move the alias {CHAMPION} to another version, or delete it"
                )
            with upload_timeout():
                return Path(self._client.download_artifacts(version.run_id, BUNDLE, str(out)))

    def register(self, frozen: Path) -> Any:
        """The version of a bundle, a new one unless there is one of its run.

        Args:
            frozen: output folder of freeze, whose run holds the model that is served.

        Raises:
            InputError: the store missed the run, or the model.
        """
        run_id = Record.read(frozen).run_id
        with _translate_errors():
            run = self._client.get_run(run_id) if run_id else None
            if run is None or not run.outputs.model_outputs:
                raise InputError(
                    f"{frozen}: the tracking store has no model of it; look why, and freeze it again"
                )
            found = self._client.search_model_versions(
                f"name = '{self._name}' and run_id = '{run_id}'"
            )
            if found:
                return found[0]
            with upload_timeout():
                self._client.log_artifacts(run_id, str(frozen), BUNDLE)
            self._make()
            model_id = run.outputs.model_outputs[-1].model_id
            return self._client.create_model_version(self._name, f"models:/{model_id}", run_id)

    def name(self, version: Any, alias: str, reason: str) -> None:
        """Moves an alias to a version, and says there why."""
        with _translate_errors():
            self._client.update_model_version(self._name, version.version, reason)
            self._client.set_registered_model_alias(self._name, alias, version.version)

    def _make(self) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self._client.create_registered_model(self._name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise


def store() -> str:
    """The tracking store, for a message; without a password."""
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
            f"{store()} {fault}: {first_line(error)}; set MLFLOW_TRACKING_URI to the right one"
        ) from None
