"""Containers for the tasks on this machine's Docker engine: what they see of the machine, and what they may do."""

import os
from pathlib import Path
from typing import Any

from components.shared import tracking
from components.shared.errors import InputError
from components.shared.files import kept_folder, project_root
from pipelines.sections import Sections

LABEL = "signature-recognition.process"
PATHS = (("ingest", "source"), ("split", "by"), ("train", "weights"), ("train", "start_from"))
WORDS = {"sample", "cedar", "fraction", "folders", "none", "imagenet"}
FOLDERS = ("CEDAR_DIR", "RESNET50_DIR")
PASSED_ON = ("AWS_", "MLFLOW_", "TF_", "TQDM_", *FOLDERS)
SQLITE = "sqlite:///"


def absolute(sections: Sections) -> Sections:
    """Sections in which every path to something on this machine is absolute, as it must be in a container."""
    changed = {step: dict(values) for step, values in sections.items()}
    for step, key in PATHS:
        value = changed[step].get(key)
        if value is not None and value not in WORDS and Path(value).exists():
            changed[step][key] = str(Path(value).resolve())
    return changed


def runner(image: str, sections: Sections) -> Any:
    """KFP's runner for a container a task: as the calling user, with a read-only root and no capabilities.

    The containers share the machine's network, for a tracking server that listens on it alone, and see its folders
    under their own names: checkpoints, curves and the embedded tracking store, and, read-only, what parameters name.

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
    checkpoints = os.environ.get("CHECKPOINT_DIR") or str(kept_folder())
    curves = os.environ.get("TENSORBOARD_DIR") or str(runs / "tensorboard")
    passed_on = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    shared = [Path(folder) for folder in (checkpoints, curves) if not folder.startswith("s3://")]
    if store.startswith(SQLITE):
        shared += _store_folders(Path(store.removeprefix(SQLITE)))
    for folder in shared:
        folder.mkdir(parents=True, exist_ok=True)
    return local.DockerRunner(
        environment={
            **passed_on,
            "MLFLOW_TRACKING_URI": store,
            "CHECKPOINT_DIR": checkpoints,
            "TENSORBOARD_DIR": curves,
        },
        mounts=[
            *(Mount(str(path), str(path), type="bind") for path in shared),
            *(Mount(path, path, type="bind", read_only=True) for path in _seen(sections)),
        ],
        labels={LABEL: str(os.getpid())},
        network_mode="host",
        user=f"{os.getuid()}:{os.getgid()}",
        read_only=True,
        tmpfs={"/tmp": ""},  # noqa: S108
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
    )


def stop() -> None:
    """Kills what containers of this process still run, which KFP leaves behind where it is interrupted."""
    import docker

    client = docker.from_env()
    for container in client.containers.list(filters={"label": f"{LABEL}={os.getpid()}"}):
        container.kill()


def _store_folders(database: Path) -> list[Path]:
    """Where a store on this machine keeps its runs and their artifacts; made here, so that both lie on this machine."""
    database.parent.mkdir(parents=True, exist_ok=True)
    client = tracking.connect()
    artifacts = client.get_experiment(tracking.experiment_id(client)).artifact_location
    return [database.parent, Path(artifacts.removeprefix("file://"))]


def _seen(sections: Sections) -> set[str]:
    named = [str(sections[step].get(key)) for step, key in PATHS]
    given = [os.environ[name] for name in FOLDERS if name in os.environ]
    return {str(Path(path).resolve()) for path in [*named, *given] if Path(path).is_absolute() and Path(path).exists()}


def _check(image: str) -> None:
    import docker
    from docker.errors import DockerException, ImageNotFound

    try:
        client = docker.from_env()
        client.images.get(image)
    except ImageNotFound:
        raise InputError(f"{image}: not on this machine; build it with make image, or docker pull it") from None
    except DockerException as error:
        raise InputError(f"no Docker engine answers ({str(error).splitlines()[0][:200]}); start one") from None
