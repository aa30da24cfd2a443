"""Bundles in MLflow's model registry, by addresses such as `models:/signatures@champion`.

A version of a registered model holds what MLflow serves; the whole bundle is among the artifacts of
its run.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from components.shared.model import bundle, pinned
from components.shared.runtime.errors import InputError, redact_credentials
from components.shared.storage.files import atomic_folder
from components.shared.tracking import mlflow_store
from components.shared.tracking.store_requests import answer, first_line, transfer

SCHEME = "models:/"
ADDRESS = re.compile(r"models:/(?P<name>[^/@]+)(?:@(?P<alias>[^/@]+)|/(?P<version>\d+))")
FOLDER = "bundle"
"""The folder of the run's artifacts."""
ABSENT = {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}


def is_address(text: str) -> bool:
    """Tells an address in the registry from a path."""
    return text.startswith(SCHEME)


@contextmanager
def local_bundle(model: str) -> Iterator[Path]:
    """Yields the folder of a bundle, which is temporary where the registry holds it.

    Args:
        model: a folder, or an address in the registry; with a digest, if it is pinned.

    Raises:
        InputError: as of `fetch`.
    """
    if not is_address(model):
        yield pinned.folder(model)
        return
    with TemporaryDirectory() as folder:
        fetch(model, Path(folder) / FOLDER)
        yield Path(folder) / FOLDER


def fetch(address: str, out: Path) -> None:
    """Downloads a registered bundle into a folder, which is complete afterwards or does not exist.

    Args:
        address: `models:/<name>@<alias>` or `models:/<name>/<version>`; with a digest, if pinned.
        out: the folder to write.

    Raises:
        InputError: the address has another form, there is no such version, its digest is another,
            a file is not as its manifest says, or the tracking store cannot be used.
    """
    address, digest = pinned.split(address)
    match = ADDRESS.fullmatch(address)
    if match is None:
        raise InputError(
            f"{address}: write models:/<name>@<alias> or models:/<name>/<version>, "
            "as in models:/signatures@champion"
        )
    with translated_errors():
        client = mlflow_store.connect()
        version = answer(lambda: _find(client, **match.groupdict()))
    if version is None:
        raise InputError(
            f"{address}: {describe_tracking_store()} has no such version; "
            "`python -m pipelines promote` registers one"
        )
    with atomic_folder(out) as folder:
        downloaded = download(client, version, folder)
        pinned.demand(downloaded, digest)
        bundle.read(downloaded)
        for path in downloaded.iterdir():
            path.rename(folder / path.name)
        downloaded.rmdir()


def download(client: Any, version: Any, out: Path) -> Path:
    """Downloads the bundle of a version into an existing folder and returns its path.

    Args:
        client: an MlflowClient.
        version: as MLflow describes it.
        out: an existing folder.

    Raises:
        InputError: the version's run has no bundle, or the tracking store cannot be used.
    """
    with translated_errors():
        artifacts = answer(lambda: client.list_artifacts(version.run_id))
        if not any(artifact.path == FOLDER for artifact in artifacts):
            raise InputError(
                f"{version.name}, version {version.version}: its run has no {FOLDER}/, as "
                "`promote` writes it; move the alias to another version, or delete it"
            )
        size = answer(lambda: _size(client, version.run_id, FOLDER))
        run_id = version.run_id
        return Path(transfer(lambda: client.download_artifacts(run_id, FOLDER, str(out)), size))


def find_by_alias(client: Any, name: str, alias: str) -> Any | None:
    """Returns the version of a registered model with an alias, or None."""
    return _find(client, name, alias, version=None)


def is_store_embedded() -> bool:
    """Returns whether the tracking store is the one in mlruns/."""
    uri = os.environ.get("MLFLOW_TRACKING_URI")
    return not uri or mlflow_store.is_embedded(uri)


def describe_tracking_store() -> str:
    """Describes the tracking store for a message, without a password."""
    uri = os.environ.get("MLFLOW_TRACKING_URI", "")
    return f"the tracking store {'in mlruns/' if is_store_embedded() else redact_credentials(uri)}"


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turns errors of MLflow into an `InputError` that names the store and no password."""
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


def _size(client: Any, run_id: str, folder: str) -> int:
    """Returns the bytes of all artifacts below a folder, of those whose size is known."""
    found = client.list_artifacts(run_id, folder)
    inner = [_size(client, run_id, file.path) for file in found if file.is_dir]
    return sum(file.file_size or 0 for file in found) + sum(inner)


def _find(client: Any, name: str, alias: str | None, version: str | None) -> Any | None:
    from mlflow.exceptions import MlflowException

    try:
        if alias is None:
            return client.get_model_version(name, version)
        return client.get_model_version_by_alias(name, alias)
    except MlflowException as error:
        if error.error_code in ABSENT:
            return None
        raise
