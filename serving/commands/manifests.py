"""`python -m serving manifests`: what a Kubernetes cluster needs to run the service."""

import argparse
import hashlib
import re
import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_folder
from serving.commands import arguments
from serving.commands.arguments import Commands

SOURCE = Path(__file__).resolve().parents[2] / "deploy"
PARTS = ("base", "components")
IMAGE = "signature-recognition-serve"
CLAIM = "pvc:"
NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?")
IMAGE_NAME = re.compile(r"([^@\s]+?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?")
HEAD = "# Written by `python -m serving manifests`: kubectl apply -k this folder.\n"
DEPLOYMENT = {"kind": "Deployment", "name": "signatures"}


class Overlay(NamedTuple):
    """The values of an overlay.

    Attributes:
        image: of the service, with tag or digest.
        model: `s3://…`, or `pvc:CLAIM` with a path in it behind a slash.
        namespace: of everything.
        database: name of the Secret whose `url` is PostgreSQL's; None: SQLite in a volume.
        encryption: name of the Secret whose `key` encrypts the database.
        store: name of the Secret with the environment of S3; None: none.
        replicas: of the service.
        most: replicas that the autoscaler may start; None: there is none.
        host: by which the world calls the service; None: nobody does.
        monitored: whether Prometheus' operator is told.
    """

    image: str
    model: str
    namespace: str = "signatures"
    database: str | None = None
    encryption: str = "signatures-encryption"
    store: str | None = None
    replicas: int = 1
    most: int | None = None
    host: str | None = None
    monitored: bool = False


def add_manifests(commands: Commands) -> None:
    """Adds the command."""
    command = arguments.add(
        commands,
        "manifests",
        "write what a Kubernetes cluster needs to run the service, for kubectl apply -k",
        "manifests --out k8s --image registry.example/signature-recognition-serve:1.0 "
        "--model s3://models/signatures/VERSION --database-secret signatures-database "
        "--replicas 2 --host signatures.example.org",
        "The folder names Secrets, and holds no secret value.",
    )
    defaults = Overlay("", "")
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="to write")
    command.add_argument("--image", required=True, metavar="IMAGE", help="with its tag or digest")
    command.add_argument(
        "--model", required=True, metavar="MODEL", help="s3://…, or pvc:CLAIM[/PATH], a volume"
    )
    command.add_argument("--namespace", default=defaults.namespace, metavar="NAME", help="of all")
    command.add_argument(
        "--database-secret",
        dest="database",
        metavar="NAME",
        help="Secret whose url is PostgreSQL's address; without it SQLite in a volume",
    )
    command.add_argument(
        "--encryption-secret",
        dest="encryption",
        default=defaults.encryption,
        metavar="NAME",
        help="Secret whose key encrypts the database",
    )
    command.add_argument(
        "--store-secret", dest="store", metavar="NAME", help="Secret of AWS_… variables, for S3"
    )
    command.add_argument(
        "--replicas", type=int, default=1, metavar="N", help="more than one needs PostgreSQL"
    )
    command.add_argument(
        "--autoscale", dest="most", type=int, metavar="MOST", help="from --replicas up to so many"
    )
    command.add_argument("--host", metavar="HOST", help="by which the world calls it (Ingress)")
    command.add_argument(
        "--monitor", dest="monitored", action="store_true", help="for Prometheus' operator"
    )
    command.set_defaults(action=_run)


def _run(options: argparse.Namespace) -> None:
    values = {name: getattr(options, name) for name in Overlay._fields}
    write(Overlay(**values), options.out)
    sys.stderr.write(f"{options.out}: kubectl apply -k {options.out}\n")


def write(overlay: Overlay, folder: Path) -> None:
    """Writes base, components and an overlay on them into a folder, all or nothing.

    Raises:
        InputError: a value cannot be used, or the folder is there and is none of these.
    """
    _check(overlay)
    if not SOURCE.is_dir():
        raise InputError(f"{SOURCE}: not there; run this in a checkout of the project")
    if folder.exists() and not (folder / "kustomization.yaml").is_file():
        raise InputError(f"{folder}: is there and holds no manifests; name another")
    with atomic_folder(folder) as fresh:
        for part in PARTS:
            shutil.copytree(SOURCE / part, fresh / part)
        text = yaml.safe_dump(kustomization(overlay), sort_keys=False, width=100)
        (fresh / "kustomization.yaml").write_text(HEAD + text, encoding="utf-8")


def _check(overlay: Overlay) -> None:
    names = {
        "--namespace": overlay.namespace,
        "--database-secret": overlay.database,
        "--encryption-secret": overlay.encryption,
        "--store-secret": overlay.store,
        "--host": overlay.host,
    }
    for option, name in names.items():
        if name is not None and not NAME.fullmatch(name):
            raise InputError(f"{option} {name}: no name that Kubernetes takes")
    _image(overlay)
    claim = overlay.model.removeprefix(CLAIM).partition("/")[0]
    is_claim = overlay.model.startswith(CLAIM) and NAME.fullmatch(claim)
    if not is_claim and not overlay.model.startswith("s3://"):
        raise InputError(
            f"--model {overlay.model}: give s3://… or pvc:CLAIM, the image has no model"
        )
    most = overlay.replicas if overlay.most is None else overlay.most
    if overlay.replicas < 1 or most < overlay.replicas:
        raise InputError("--replicas: at least 1, and --autoscale no fewer")
    if most > 1 and overlay.database is None:
        raise InputError("--replicas: more than one needs PostgreSQL (--database-secret NAME)")


def kustomization(overlay: Overlay) -> dict[str, Any]:
    """Returns the overlay as kustomize reads it."""
    settings = {
        "name": "signatures-settings",
        "behavior": "merge",
        "literals": [f"SERVE_MODEL={_model(overlay)}", f"NAMES={','.join(_names(overlay))}"],
    }
    content: dict[str, Any] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": overlay.namespace,
        "resources": ["base"],
        "components": [f"components/{name}" for name in _components(overlay)],
        "images": [_image(overlay)],
        "configMapGenerator": [settings],
        "patches": _patches(overlay),
    }
    if overlay.most is None:
        content["replicas"] = [{"name": "signatures", "count": overlay.replicas}]
    return content


def _image(overlay: Overlay) -> dict[str, str]:
    found = IMAGE_NAME.fullmatch(overlay.image)
    if found is None or not (found[2] or found[3]):
        raise InputError(f"--image {overlay.image}: name it with a tag or a digest")
    version = {"digest": found[3]} if found[3] else {"newTag": found[2]}
    return {"name": IMAGE, "newName": found[1], **version}


def _components(overlay: Overlay) -> list[str]:
    chosen = {
        "sqlite": overlay.database is None,
        "postgresql": overlay.database is not None,
        "model-claim": overlay.model.startswith(CLAIM),
        "autoscaling": overlay.most is not None,
        "disruption": max(overlay.replicas, overlay.most or 1) > 1,
        "monitoring": overlay.monitored,
        "ingress": overlay.host is not None,
    }
    return [name for name, is_chosen in chosen.items() if is_chosen]


def _model(overlay: Overlay) -> str:
    if not overlay.model.startswith(CLAIM):
        return overlay.model
    _, _, path = overlay.model.partition("/")
    return f"/model/{path}".rstrip("/")


def _names(overlay: Overlay) -> list[str]:
    """Returns the names that the service is called by."""
    inside = f"signatures.{overlay.namespace}"
    names = ["signatures", inside, f"{inside}.svc", f"{inside}.svc.cluster.local"]
    return names if overlay.host is None else [*names, overlay.host]


def _patches(overlay: Overlay) -> list[dict[str, Any]]:
    serve: dict[str, Any] = {"name": "serve", "env": [_secret("SERVE_ENCRYPTION_KEY", overlay)]}
    pod: dict[str, Any] = {"containers": [serve]}
    patches: list[dict[str, Any]] = []
    if overlay.database is not None:
        serve["env"].append(_secret("SERVE_DATABASE", overlay))
        migrate = {"name": "migrate", "env": [_secret("SERVE_DATABASE", overlay)]}
        job = {"kind": "Job", "name": "signatures-migration"}
        patches.append(_merge(job, "batch/v1", {"template": {"spec": {"containers": [migrate]}}}))
        # A Job cannot be changed: another image has another one.
        mark = hashlib.sha256(overlay.image.encode()).hexdigest()[:8]
        name = f"signatures-migration-{mark}"
        patches.append(_replace(job, {"/metadata/name": name}))
    if overlay.store is not None:
        settings = {"configMapRef": {"name": "signatures-settings"}}
        serve["envFrom"] = [settings, {"secretRef": {"name": overlay.store}}]
    if overlay.model.startswith(CLAIM):
        claim = overlay.model.removeprefix(CLAIM).partition("/")[0]
        volume = {"claimName": claim, "readOnly": True}
        pod["volumes"] = [{"name": "model", "persistentVolumeClaim": volume}]
    patches.append(_merge(DEPLOYMENT, "apps/v1", {"template": {"spec": pod}}))
    if overlay.most is not None:
        scaler = {"kind": "HorizontalPodAutoscaler", "name": "signatures"}
        bounds = {"/spec/minReplicas": overlay.replicas, "/spec/maxReplicas": overlay.most}
        patches.append(_replace(scaler, bounds))
    if overlay.host is not None:
        hosts = {"/spec/rules/0/host": overlay.host, "/spec/tls/0/hosts/0": overlay.host}
        patches.append(_replace({"kind": "Ingress", "name": "signatures"}, hosts))
    return patches


def _secret(variable: str, overlay: Overlay) -> dict[str, Any]:
    name, key = {
        "SERVE_ENCRYPTION_KEY": (overlay.encryption, "key"),
        "SERVE_DATABASE": (overlay.database, "url"),
    }[variable]
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}


def _merge(target: dict[str, str], version: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": target["name"]}
    change = {"apiVersion": version, "kind": target["kind"], "metadata": metadata, "spec": spec}
    return {"target": target, "patch": yaml.safe_dump(change, sort_keys=False)}


def _replace(target: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
    changes = [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
    return {"target": target, "patch": yaml.safe_dump(changes, sort_keys=False)}
