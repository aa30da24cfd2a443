"""Manifests of the service as kustomize renders them, or of KServe: read, checked, and pointed at a
model.
"""

import copy
import itertools
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from components.shared.runtime.errors import InputError
from pipelines.deploy import inference_service

Manifest = dict[str, Any]
CONTAINER = "serve"
MODEL = "SERVE_MODEL"
LIST = "List"


def read(path: Path) -> list[Manifest]:
    """Reads the manifests of one service.

    Args:
        path: a file of rendered YAML, or a folder that kustomize renders.

    Raises:
        InputError: it cannot be read or rendered, or holds no deployment of the service.
    """
    return parse(_render(path) if path.is_dir() else _text(path), str(path))


def parse(text: str, origin: str) -> list[Manifest]:
    """Reads the manifests of one service from rendered YAML.

    Args:
        text: the YAML.
        origin: where it came from, for the error.

    Raises:
        InputError: it is no YAML, or holds no deployment of the service.
    """
    try:
        read = [each for each in yaml.safe_load_all(text) if each is not None]
    except yaml.YAMLError as error:
        raise InputError(f"{origin}: not valid YAML: {' '.join(str(error).split())}") from None
    documents = list(itertools.chain.from_iterable(map(_items, read)))
    for document in documents:
        _check(document, origin)
    count = sum(map(_is_deployed, documents))
    if count != 1:
        raise InputError(
            f"{origin}: holds {count} Deployments with a container '{CONTAINER}' or "
            "InferenceServices, not one; `python -m serving manifests` writes what is needed, or "
            "`python -m pipelines deploy --form kserve --dry-run` prints it"
        )
    return documents


def deployment(documents: Sequence[Manifest]) -> Manifest:
    """Returns the Deployment of the service, or the InferenceService."""
    return next(filter(_is_deployed, documents))


def pod_labels(document: Manifest) -> dict[str, str]:
    """Returns the labels by which the pods of a Deployment or InferenceService are found."""
    if document["kind"] == inference_service.KIND:
        name = document["metadata"]["name"]
        return {"serving.kserve.io/inferenceservice": name, "component": "predictor"}
    labels: dict[str, str] = document["spec"]["selector"]["matchLabels"]
    return labels


def with_model(documents: Sequence[Manifest], address: str) -> list[Manifest]:
    """Returns the manifests with another model: the pods change, so that they are rolled out.

    Args:
        documents: as `read` returns them.
        address: of the model's version, `s3://…`.
    """
    if deployment(documents)["kind"] == inference_service.KIND:
        return [
            inference_service.with_address(one, address) if _is_deployed(one) else one
            for one in documents
        ]
    changed = copy.deepcopy(list(documents))
    container = _container(deployment(changed))
    kept = [one for one in container.get("env", []) if one["name"] != MODEL]
    container["env"] = [*kept, {"name": MODEL, "value": address}]
    return changed


def to_yaml(documents: Sequence[Manifest]) -> str:
    """Returns the manifests as one text."""
    return yaml.safe_dump_all(documents, sort_keys=False)


def to_line(documents: Sequence[Manifest]) -> str:
    """Returns the manifests as one line, a `List` of Kubernetes in JSON."""
    return json.dumps({"apiVersion": "v1", "kind": LIST, "items": list(documents)})


def _items(document: Any) -> list[Any]:
    is_list = isinstance(document, dict) and document.get("kind") == LIST
    return list(document.get("items") or []) if is_list else [document]


def _render(folder: Path) -> str:
    program = shutil.which("kubectl")
    if program is None:
        raise InputError(f"{folder}: kubectl, which renders a folder, is not here; name a file")
    command = [program, "kustomize", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise InputError(f"{folder}: kubectl (1.21 or newer) renders nothing: {lines[-1]}")
    return done.stdout


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path}: cannot be read as a text file") from None


def _check(document: object, origin: str) -> None:
    content = document if isinstance(document, dict) else {}
    metadata = content.get("metadata")
    named = metadata if isinstance(metadata, dict) else {}
    texts = [content.get("apiVersion"), content.get("kind"), named.get("name")]
    if not all(isinstance(text, str) for text in [*texts, named.get("namespace")]):
        raise InputError(f"{origin}: a manifest lacks apiVersion, kind, name or namespace")


def _is_deployed(document: Manifest) -> bool:
    is_service = document["kind"] == "Deployment" and _container(document) is not None
    return is_service or inference_service.is_known(document)


def _container(document: Manifest) -> Any:
    containers = inference_service.value(document, "spec", "template", "spec", "containers") or []
    return next((one for one in containers if one["name"] == CONTAINER), None)
