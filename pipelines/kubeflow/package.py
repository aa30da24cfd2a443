"""Compiled pipelines: a YAML file to upload, or Kubernetes manifests to apply."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
        version = f"{pipeline.name}-{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
    options = KubernetesManifestOptions(
        pipeline_name=pipeline.name,
        pipeline_version_name=version,
        namespace=namespace,
        include_pipeline_manifest=True,
    )
    _compile(pipeline, out, kubernetes_manifest_format=True, kubernetes_manifest_options=options)


def _compile(pipeline: Any, out: Path, **options: Any) -> None:
    from kfp import compiler

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pipeline.yaml"
        compiler.Compiler().compile(pipeline, str(file), **options)
        with atomic_file(out) as fresh:
            shutil.copyfile(file, fresh)
