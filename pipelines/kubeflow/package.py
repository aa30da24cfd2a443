"""Compiled pipelines: a YAML file to upload, or Kubernetes manifests to apply."""

import hashlib
import itertools
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_file


def check(out: Path) -> None:
    """Refuses a name that KFP refuses.

    Raises:
        InputError: the file's name does not end in .yaml.
    """
    if out.suffix not in {".yaml", ".yml"}:
        raise InputError(f"--out {out}: the name must end with .yaml")


def write(pipeline: Any, out: Path) -> None:
    """Writes a pipeline as YAML, for Kubeflow's page or its client."""
    _compile(pipeline, out)


@contextmanager
def temporary(pipeline: Any, name: str) -> Iterator[Path]:
    """Yields the path of a pipeline's YAML, which is removed afterwards.

    Args:
        pipeline: as KFP defines it.
        name: of the file, without .yaml; KFP names a run that has no name after it.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.yaml"
        write(pipeline, file)
        yield file


def write_manifests(pipeline: Any, out: Path, namespace: str | None) -> None:
    """Writes a pipeline as Kubernetes manifests: a Pipeline, and a PipelineVersion that is named
    after its content.

    Kubernetes refuses to change a version; equal content has an equal name, so that applying it
    again does nothing.

    Args:
        pipeline: as KFP defines it.
        out: the file to write.
        namespace: of both; None: that of kubectl.
    """
    from kfp.compiler.compiler_utils import KubernetesManifestOptions

    with temporary(pipeline, pipeline.name) as file:
        version = version_name(pipeline, file)
    options = KubernetesManifestOptions(
        pipeline_name=pipeline.name,
        pipeline_version_name=version,
        namespace=namespace,
        include_pipeline_manifest=True,
    )
    _compile(pipeline, out, kubernetes_manifest_format=True, kubernetes_manifest_options=options)


def version_name(pipeline: Any, file: Path) -> str:
    """Returns the name of a pipeline's version: the pipeline's, and a digest of the content.

    Args:
        pipeline: as KFP defines it.
        file: the compiled pipeline.
    """
    return f"{pipeline.name}-{_digest(file)[:12]}"


def _digest(file: Path) -> str:
    """Returns the sha256 of a compiled pipeline's content, whatever its header says."""
    documents = list(yaml.safe_load_all(file.read_text(encoding="utf-8")))
    return hashlib.sha256(json.dumps(documents, sort_keys=True).encode()).hexdigest()


def _compile(pipeline: Any, out: Path, **options: Any) -> None:
    from kfp import compiler

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pipeline.yaml"
        compiler.Compiler().compile(pipeline, str(file), **options)
        with atomic_file(out) as fresh:
            fresh.write_text(_with_stable_header(file.read_text("utf-8")), encoding="utf-8")


def _with_stable_header(text: str) -> str:
    """Returns a compiled pipeline whose header has the order of its content, which is sorted.

    KFP writes the defaults of dictionaries into it in an order of the process's own.
    """
    from kfp.compiler.pipeline_spec_builder import extract_comments_from_pipeline_spec

    lines = text.splitlines(keepends=True)
    body = "".join(itertools.dropwhile(lambda line: line.startswith("#"), lines))
    if body == text:  # Kubernetes manifests have none
        return text
    spec = next(yaml.safe_load_all(body))
    description = spec["pipelineInfo"].get("description", "")
    return f"{extract_comments_from_pipeline_spec(spec, description)}{body}"
