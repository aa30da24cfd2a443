"""A namespace of a real cluster, with PostgreSQL, two versions of a model, and a deployer."""

import base64
import io
import json
import os
import secrets
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client, config

from components.shared.model import bundle
from components.shared.model.bundle import MANIFEST
from pipelines.deploy import manifests, rollout
from pipelines.deploy.cluster import Cluster
from pipelines.deploy.manifests import Manifest
from pipelines.deploy.proof import Proof, prepare
from serving.commands.manifests import Overlay, write
from tests.cluster.images import built_postgres, on_nodes
from tests.cluster.pods import USER, WAIT, claim, finished, mounted, named, run_pod
from tests.cluster.world import World
from tests.e2e.engine import PROJECT
from tests.serving.bundles import SEARCH_RATES, write_served_bundle, write_source

SERVE_IMAGE = os.environ.get("SERVE_IMAGE", "signature-recognition-serve:latest")
NEWER = {"PodDisruptionBudget"}
"""Kinds whose version clusters before Kubernetes 1.21 do not serve; nothing is shown with them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks all tests of this folder: each is a whole run."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def admin() -> Cluster:
    """The cluster; skips where none is named, or it does not answer."""
    if "KUBECONFIG" not in os.environ:
        pytest.skip("KUBECONFIG names no cluster")
    try:
        return Cluster()
    except Exception as error:
        pytest.skip(f"the cluster does not answer: {error}")


@pytest.fixture(scope="session")
def kubectl() -> str:
    """A kubectl whose kustomize knows components; a cluster's own may be older and come first."""
    for folder in os.environ["PATH"].split(os.pathsep):
        program = shutil.which("kubectl", path=folder)
        if program is not None:
            command = [program, "version", "--client"]
            told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
            if "Kustomize Version: v5" in told:
                return program
    pytest.skip("no kubectl with kustomize 5 is installed")


@pytest.fixture(scope="session")
def world(
    admin: Cluster, kubectl: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    image = on_nodes(SERVE_IMAGE)
    postgres = on_nodes(built_postgres())
    namespace = f"signatures-{secrets.token_hex(4)}"
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    admin.apply(space)
    try:
        start_postgres(admin, namespace, postgres)
        versions = write_versions(folder)
        pictures = {
            path.name: base64.b64encode(path.read_bytes()).decode()
            for path in sorted((folder / "raw").glob("*.png"))
        }
        admin.apply(named("ConfigMap", "images", namespace, binaryData=pictures))
        fill_claim(admin, namespace, image, {name: p.bundle.folder for name, p in versions.items()})

        def rendered(version: str) -> list[Manifest]:
            overlay = Overlay(
                image=image,
                model=f"pvc:models/{version}",
                namespace=namespace,
                database="signatures-database",
                replicas=2,
            )
            target = folder / "overlays" / version
            target.parent.mkdir(exist_ok=True)
            write(overlay, target)
            return render(kubectl, target)

        deployer = with_rights_alone(admin, namespace, kubectl, folder)
        yield World(admin, deployer, namespace, image, versions, rendered)
    finally:
        core().delete_namespace(namespace)


def core() -> Any:
    """Returns the cluster's own kinds, for what no deployer does."""
    return client.CoreV1Api(config.new_client_from_config(os.environ["KUBECONFIG"]))


def render(kubectl: str, folder: Path) -> list[Manifest]:
    """Renders an overlay, as far as old clusters know its kinds."""
    done = subprocess.run([kubectl, "kustomize", str(folder)], capture_output=True, check=True)
    path = folder.with_suffix(".yaml")
    path.write_bytes(done.stdout)
    return [one for one in manifests.read(path) if one["kind"] not in NEWER]


def start_postgres(admin: Cluster, namespace: str, image: str) -> None:
    """Starts PostgreSQL on a volume, and writes the Secrets that the service reads."""
    password = secrets.token_hex(16)
    url = f"postgresql+psycopg://postgres:{password}@postgres:5432/postgres"
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    admin.apply(named("Secret", "signatures-database", namespace, stringData={"url": url}))
    admin.apply(named("Secret", "signatures-encryption", namespace, stringData={"key": key}))
    admin.apply(claim("database", namespace))
    labels = {"app": "postgres"}
    container = {
        "name": "postgres",
        "image": image,
        "env": [{"name": "POSTGRES_PASSWORD", "value": password}],
        "readinessProbe": {"tcpSocket": {"port": 5432}, "periodSeconds": 2},
        "volumeMounts": [{"name": "database", "mountPath": "/data"}],
    }
    volumes = [mounted("database", "persistentVolumeClaim")]
    pod = {"securityContext": USER, "containers": [container], "volumes": volumes}
    spec = {
        "replicas": 1,
        "strategy": {"type": "Recreate"},
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    server = named("Deployment", "postgres", namespace, "apps/v1", spec=spec)
    admin.apply(server)
    ports = [{"port": 5432, "protocol": "TCP"}]
    admin.apply(named("Service", "postgres", namespace, spec={"selector": labels, "ports": ports}))
    rollout.wait(admin, server, WAIT)


def write_versions(folder: Path) -> dict[str, Proof]:
    """Writes versions of one space, one of them bad, and images for their proof."""
    raw = write_source(folder / "raw", 4)
    folders = {name: folder / name for name in ("first", "second", "bad")}
    write_served_bundle(folders["first"])
    write_served_bundle(folders["second"], search_rates=SEARCH_RATES)
    write_served_bundle(folders["bad"])
    content = json.loads((folders["bad"] / MANIFEST).read_text())
    parity = {"parity/onnx/max_abs_difference": 0.5}
    bundle.write(folders["bad"], {**content, "parity": parity})
    return {name: prepare(each, raw, 4, 1e-4) for name, each in folders.items()}


def fill_claim(admin: Cluster, namespace: str, image: str, folders: dict[str, Path]) -> None:
    """Copies folders into a new volume of the name models."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, folder in folders.items():
            archive.add(folder, name)
    content = {"models.tar.gz": base64.b64encode(packed.getvalue()).decode()}
    admin.apply(named("ConfigMap", "packed", namespace, binaryData=content))
    admin.apply(claim("models", namespace))
    script = "import tarfile; tarfile.open('/packed/models.tar.gz').extractall('/models')"
    volumes = [mounted("packed", "configMap"), mounted("models", "persistentVolumeClaim")]
    run_pod(admin, namespace, "fill", image, script, volumes)
    finished(admin, named("Pod", "fill", namespace))


def with_rights_alone(admin: Cluster, namespace: str, kubectl: str, folder: Path) -> Cluster:
    """Returns the cluster as the service account of deploy/rbac sees it."""
    command = [kubectl, "kustomize", str(PROJECT / "deploy" / "rbac")]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for document in yaml.safe_load_all(
        text.replace("namespace: signatures", f"namespace: {namespace}")
    ):
        admin.apply(document)
    spec = client.V1TokenRequestSpec(audiences=[], expiration_seconds=3600)
    request = client.AuthenticationV1TokenRequest(spec=spec)
    answer = core().create_namespaced_service_account_token(
        "signatures-deployer", namespace, request
    )
    token = answer.status.token
    content = yaml.safe_load(Path(os.environ["KUBECONFIG"]).read_text())
    content["users"] = [
        {"name": each["name"], "user": {"token": token}} for each in content["users"]
    ]
    path = folder / "deployer.yaml"
    path.write_text(yaml.safe_dump(content))
    kept, os.environ["KUBECONFIG"] = os.environ["KUBECONFIG"], str(path)
    try:
        return Cluster()
    finally:
        os.environ["KUBECONFIG"] = kept
