"""Options and variables that name a server of Kubeflow Pipelines and the user who asks."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from components.shared.runtime.errors import InputError

if TYPE_CHECKING:
    from pipelines.kubeflow.server import Server

TOKEN_FILES = ("KFP_TOKEN_FILE", "KF_PIPELINES_SA_TOKEN_PATH")
MOUNTED_TOKEN = Path("/var/run/secrets/kubeflow/pipelines/token")
"""Where Kubeflow mounts a service account's token into pods that may use its pipelines."""


def add_address(command: argparse.ArgumentParser) -> None:
    """Adds `--host`, `--namespace` and `--token`."""
    command.add_argument(
        "--host",
        metavar="URL",
        help="address of Kubeflow Pipelines, else KFP_HOST or KF_PIPELINES_ENDPOINT; printed pages "
        "are below KF_PIPELINES_UI_ENDPOINT where it is set",
    )
    command.add_argument(
        "--namespace", help="yours, where the server has several users, else KFP_NAMESPACE"
    )
    command.add_argument(
        "--token",
        help="better by KFP_TOKEN, since others see a command's arguments; else the file named by "
        f"{' or '.join(TOKEN_FILES)}, else {MOUNTED_TOKEN}, read anew as it is renewed",
    )


def connect(options: argparse.Namespace) -> "Server":
    """Connects to the server that the options name, else the variables.

    Raises:
        InputError: there is no address, a token file cannot be read, or the server does not answer.
    """
    from pipelines.kubeflow.connection import ServerAddress
    from pipelines.kubeflow.server import Server

    host = options.host or os.environ.get("KFP_HOST") or os.environ.get("KF_PIPELINES_ENDPOINT")
    if not host:
        raise InputError("give the address of Kubeflow Pipelines by --host or KFP_HOST")
    if not host.startswith(("http://", "https://")):
        raise InputError(f"--host {host}: write it with https:// or http://")
    namespace = options.namespace or os.environ.get("KFP_NAMESPACE")
    token = options.token or os.environ.get("KFP_TOKEN")
    file = None if token else _token_file()
    pages = os.environ.get("KF_PIPELINES_UI_ENDPOINT") or host
    return Server(ServerAddress(host, namespace, token, file, pages))


def _token_file() -> Path | None:
    for variable in TOKEN_FILES:
        name = os.environ.get(variable)
        if name:
            if not os.access(name, os.R_OK):
                raise InputError(f"{variable}: {name} cannot be read")
            return Path(name)
    return MOUNTED_TOKEN if MOUNTED_TOKEN.is_file() else None
