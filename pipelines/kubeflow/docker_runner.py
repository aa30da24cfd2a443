"""KFP's runner of containers on this machine's Docker engine: folders, variables and rights of a
task's container.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from components.ingest.params import SOURCE_URLS
from components.shared.runtime import progress
from components.shared.runtime.errors import InputError
from components.shared.storage.files import persistent_folder, project_root
from components.shared.storage.s3_address import is_s3
from components.shared.tracking import mlflow_store
from components.shared.tracking.store_requests import first_line
from pipelines.sections import Sections

LABEL = "signature-recognition.process"
PATHS = (("ingest", "source"), ("split", "by"), ("train", "weights"), ("train", "start_from"))
WORDS = {"sample", "cedar", "bhsig260", "fraction", "folders", "collection", "none", "imagenet"}
FOLDERS = ("CEDAR_DIR", "BHSIG260_DIR", "RESNET50_DIR")
PASSED_ON = (progress.VARIABLE, "NO_COLOR", SOURCE_URLS, *FOLDERS)
PREFIXES_PASSED_ON = ("AWS_", "MLFLOW_", "TF_")
SQLITE = "sqlite:///"


def with_absolute_paths(sections: Sections) -> Sections:
    """Returns sections whose paths to files of this machine are absolute, as a container needs
    them.
    """
    changed = {step: dict(values) for step, values in sections.items()}
    changed["ingest"] = _with_absolute_collections(changed["ingest"])
    for step, key in PATHS:
        changed[step] = _with_absolute(changed[step], key)
    return changed


def _with_absolute_collections(ingest: dict[str, Any]) -> dict[str, Any]:
    source = ingest.get("source")
    if not isinstance(source, list):
        return ingest
    return {**ingest, "source": [_with_absolute(each, "source") for each in source]}


def _with_absolute(values: dict[str, Any], key: str) -> dict[str, Any]:
    value = values.get(key)
    if not isinstance(value, str) or value in WORDS or not Path(value).exists():
        return values
    return {**values, key: str(Path(value).resolve())}


def runner(image: str, sections: Sections) -> Any:
    """Returns KFP's runner for one container a task, which runs as the calling user, with a
    read-only root and no capabilities.

    The containers share the machine's network, for a tracking server that listens there alone, and
    see its folders under the same paths: checkpoints, curves and the embedded tracking store, and,
    read-only, the folders that parameters name.

    Args:
        image: of all tasks.
        sections: of params.yaml, by name, paths absolute.

    Raises:
        InputError: there is no engine, or no such image.
    """
    from docker.types import Mount
    from kfp import local

    _check(image)
    runs = project_root() / "mlruns"
    store = os.environ.get("MLFLOW_TRACKING_URI") or f"{SQLITE}{runs / 'mlflow.db'}"
    checkpoints = _absolute(os.environ.get("CHECKPOINT_DIR") or str(persistent_folder()))
    curves = _absolute(os.environ.get("TENSORBOARD_DIR") or str(runs / "tensorboard"))
    data = {name: _absolute(os.environ[name]) for name in FOLDERS if os.environ.get(name)}
    passed_on = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or name.startswith(PREFIXES_PASSED_ON)
    }
    shared = [Path(folder) for folder in (checkpoints, curves) if not is_s3(folder)]
    if store.startswith(SQLITE):
        database = _absolute(store.removeprefix(SQLITE))
        store = f"{SQLITE}{database}"
        shared += _store_folders(Path(database))
    for folder in shared:
        folder.mkdir(parents=True, exist_ok=True)
    mounts = [(path, True) for path in _read_only_paths(sections, data.values())]
    mounts += [(str(folder), False) for folder in shared]
    return local.DockerRunner(
        environment={
            **passed_on,
            **data,
            "MLFLOW_TRACKING_URI": store,
            "CHECKPOINT_DIR": checkpoints,
            "TENSORBOARD_DIR": curves,
        },
        mounts=[
            Mount(path, path, type="bind", read_only=read_only)
            for path, read_only in dict(mounts).items()
        ],
        labels={LABEL: str(os.getpid())},
        network_mode="host",
        user=f"{os.getuid()}:{os.getgid()}",
        read_only=True,
        tmpfs={"/tmp": ""},  # noqa: S108
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
    )


def kill_containers() -> None:
    """Kills the running containers of this process, which an interrupted KFP leaves behind."""
    import docker

    client = docker.from_env()
    for container in client.containers.list(filters={"label": f"{LABEL}={os.getpid()}"}):
        container.kill()


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turns an error of Docker into one line.

    Raises:
        InputError: no engine answers, or it refuses.
    """
    from docker.errors import DockerException
    from requests import RequestException

    try:
        yield
    except (DockerException, RequestException) as error:
        explanation = getattr(error, "explanation", None)  # of the engine itself
        hint = "" if explanation else "; is its engine running, and may you use it?"
        raise InputError(f"Docker: {first_line(explanation or error)}{hint}") from None


def _absolute(folder: str) -> str:
    return folder if is_s3(folder) else str(Path(folder).resolve())


def _store_folders(database: Path) -> list[Path]:
    """Returns the folders of a local store's database and artifacts.

    The store is made here, before a container does it: so both lie on this machine.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    client = mlflow_store.connect()
    artifacts = client.get_experiment(mlflow_store.experiment_id(client)).artifact_location
    local = artifacts.removeprefix("file://")
    return [database.parent, *([] if "://" in local else [Path(local)])]


def _read_only_paths(sections: Sections, folders: Iterable[str]) -> set[str]:
    values = [str(sections[step].get(key)) for step, key in PATHS]
    source = sections["ingest"].get("source")
    if isinstance(source, list):
        values += [str(each["source"]) for each in source]
    return {
        str(Path(path).resolve())
        for path in [*values, *folders]
        if Path(path).is_absolute() and Path(path).exists()
    }


def _check(image: str) -> None:
    import docker
    from docker.errors import ImageNotFound

    with translate_errors():
        try:
            docker.from_env().images.get(image)
        except ImageNotFound:
            raise InputError(
                f"{image}: not on this machine; build it with make image, or docker pull it"
            ) from None
