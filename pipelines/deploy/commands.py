"""`deploy`: the service on a Kubernetes cluster, proven with a bundle's images."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from components.shared.runtime import cli
from pipelines import arguments
from pipelines.arguments import Commands


def add_deploy(subparsers: Commands) -> None:
    """Adds `deploy`."""
    command = arguments.add(
        subparsers,
        "deploy",
        "bring the service onto a Kubernetes cluster, prove it there with images of the model's "
        "data, and take it back where it fails",
        "deploy k8s --model s3://models/signatures/VERSION",
    )
    command.add_argument(
        "manifests",
        type=Path,
        metavar="PATH",
        help="what `python -m serving manifests` wrote (kubectl renders it), or a file of it that "
        "is rendered",
    )
    command.add_argument(
        "--model",
        default="models/frozen",
        metavar="MODEL",
        help="that has to answer: the bundle's folder, where the manifests name the same model; or "
        "s3://…, a published version, which the service is then told to load",
    )
    cli.add_folder(command, "raw", "data/raw", "source images and catalog.csv, for the proof")
    command.add_argument("--context", metavar="NAME", help="of the kubeconfig, else its current")
    command.add_argument(
        "--timeout",
        type=float,
        default=600,
        metavar="SECONDS",
        help="the longest time until the service is ready",
    )
    command.add_argument(
        "--dry-run", action="store_true", help="print what would be applied, and ask no cluster"
    )
    arguments.add_params(command)
    command.set_defaults(action=_deploy)


def _deploy(options: argparse.Namespace) -> None:
    from components.shared.model import published_bundle
    from pipelines.deploy import manifests

    documents = manifests.read(options.manifests)
    if published_bundle.is_address(options.model):
        documents = manifests.with_model(documents, options.model)
    if options.dry_run:
        sys.stdout.write(manifests.to_yaml(documents))
        return
    from components.freeze.params import FreezeParams
    from components.shared.model import bundle
    from components.shared.runtime.params import parse
    from pipelines import sections
    from pipelines.deploy import proof
    from pipelines.deploy.cluster import Cluster
    from pipelines.deploy.deployment import deploy
    from pipelines.deploy.errors import told

    values = sections.override(sections.read(options.params), options.assignments)
    params = parse(FreezeParams, "freeze", values["freeze"], "params.yaml")
    with _bundle(options.model) as folder, told():
        wanted = proof.prepare(folder, options.raw, params.parity_images, params.tolerance)
        figures = deploy(Cluster(options.context), documents, wanted, options.timeout)
    sys.stdout.write(
        f"version {bundle.short(wanted.version)} answers from {figures['pods']:.0f} pods; on "
        f"{figures['images']:.0f} images embeddings differ from the trained network's by up to "
        f"{figures['max_abs_difference']:.2g}\n"
    )


@contextmanager
def _bundle(model: str) -> Iterator[Path]:
    """Yields the folder of a bundle, which is temporary where a store holds it."""
    from components.shared.model import published_bundle

    if not published_bundle.is_address(model):
        yield Path(model)
        return
    with TemporaryDirectory() as folder:
        published_bundle.fetch(model, Path(folder) / "bundle")
        yield Path(folder) / "bundle"
