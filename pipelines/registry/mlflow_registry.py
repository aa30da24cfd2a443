"""MLflow's model registry: versions of one registered model, each with its shipped bundle."""

from pathlib import Path
from typing import Any

from components.shared.model import registered_bundle
from components.shared.model.bundle import MANIFEST, version_of
from components.shared.model.registered_bundle import FOLDER, translated_errors
from components.shared.runtime.errors import InputError
from components.shared.tracking import mlflow_store, read_back
from components.shared.tracking.record import Record
from components.shared.tracking.store_requests import answer, transfer

CHAMPION, CHALLENGER = "champion", "challenger"
TAG = "bundle"
"""A version's tag: the bundle's own version, by which it is published on S3 too."""
DESCRIPTION = "Image bytes in, embeddings out: the distance of two tells how alike they are."


def validate_name(name: str, option: str) -> None:
    """Checks the name of a registered model.

    Raises:
        InputError: MLflow takes no such name.
    """
    if not name.strip() or set("/:") & set(name):
        raise InputError(
            f"{option} '{name}': the name of a registered model is not empty "
            "and has no '/' and no ':'"
        )


class LostBundleError(InputError):
    """A champion whose run has no bundle, so that no model can be compared with it."""


class Registry:
    """The versions of one registered model.

    Args:
        name: of the registered model.

    Raises:
        InputError: the tracking store cannot be used; likewise of all methods.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        with translated_errors():
            self._client = mlflow_store.connect()

    def champion(self) -> Any | None:
        """Returns the version with the alias `champion`, as MLflow describes it."""
        with translated_errors():
            return answer(
                lambda: registered_bundle.find_by_alias(self._client, self._name, CHAMPION)
            )

    def measurable_champion(self) -> Any | None:
        """Returns the champion as `champion` does, once it is known to have a bundle.

        Raises:
            LostBundleError: it has none.
        """
        champion = self.champion()
        if champion is None:
            return None
        with translated_errors():
            files = answer(lambda: self._client.list_artifacts(champion.run_id, FOLDER))
        if not files:
            raise LostBundleError(
                f"{self._name}: the champion, version {champion.version}, has no {FOLDER}/ in its "
                "run, and no model can be compared with it; move the alias to another version, or "
                "delete it"
            )
        return champion

    def fetch(self, version: Any, out: Path) -> Path:
        """Downloads the bundle of a version into an existing folder and returns its path.

        Raises:
            InputError: the version's run has no bundle.
        """
        return registered_bundle.download(self._client, version, out)

    def find(self, frozen: Path) -> Any | None:
        """Returns the version of a bundle, or None where it is not registered."""
        run_id = Record.read(frozen).run_id
        if run_id is None:
            return None
        with translated_errors():
            condition = f"name = '{self._name}' and run_id = '{run_id}'"
            versions = answer(lambda: self._client.search_model_versions(condition))
        return versions[0] if versions else None

    def register(self, frozen: Path) -> Any:
        """Returns the version of a bundle, a new one unless its run has one already.

        Args:
            frozen: output folder of freeze; its run holds the model to serve.

        Raises:
            InputError: the store lacks the run or the model, or does not have what it has taken.
        """
        run_id = Record.read(frozen).run_id
        with translated_errors():
            run = answer(lambda: self._client.get_run(run_id)) if run_id else None
            if run is None or not run.outputs.model_outputs:
                raise InputError(
                    f"{frozen}: the tracking store has no model of it; "
                    "look why, and freeze it again"
                )
            version = self.find(frozen)
            if version is not None:
                return version
            files = read_back.sizes(frozen, FOLDER)
            transfer(
                lambda: self._client.log_artifacts(run_id, str(frozen), FOLDER),
                read_back.total(files),
            )
            answer(
                lambda: read_back.demand(
                    lambda folder: self._client.list_artifacts(run_id, folder), files
                )
            )
            return answer(lambda: self._create_version(run, frozen))

    def name(self, version: Any, alias: str, reason: str) -> None:
        """Moves an alias to a version, and describes the version by the reason.

        A new champion is no challenger any more.
        """

        def write() -> None:
            self._client.update_model_version(self._name, version.version, reason)
            self._client.set_registered_model_alias(self._name, alias, version.version)
            named = self._client.get_model_version(self._name, version.version)
            if alias == CHAMPION and CHALLENGER in named.aliases:
                self._client.delete_registered_model_alias(self._name, CHALLENGER)

        with translated_errors():
            answer(write)

    def _create_version(self, run: Any, frozen: Path) -> Any:
        self._create_model()
        source = f"models:/{run.outputs.model_outputs[-1].model_id}"
        tags = {TAG: version_of((frozen / MANIFEST).read_bytes())}
        return self._client.create_model_version(self._name, source, run.info.run_id, tags)

    def _create_model(self) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self._client.create_registered_model(self._name, description=DESCRIPTION)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
