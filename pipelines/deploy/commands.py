"""`deploy`: the service on a Kubernetes cluster, proven with a bundle's images."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from components.shared.runtime import cli
from components.shared.runtime.errors import InputError
from pipelines import arguments
from pipelines.arguments import Commands

if TYPE_CHECKING:
    from pipelines.deploy.manifests import Manifest


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
        nargs="?",
        metavar="PATH",
        help="what `python -m serving manifests` wrote (kubectl renders it), or a file of it that "
        "is rendered",
    )
    command.add_argument(
        "--form",
        choices=("service", "kserve"),
        default="service",
        help="this project's service, of PATH; or the bare network in KServe, without PATH",
    )
    command.add_argument(
        "--format",
        choices=("onnx", "tensorflow"),
        default="onnx",
        help="of kserve: pixels by the Open Inference Protocol, or image bytes by its V1; the "
        "bundle holds triton/ or tfserving/ (freeze.formats)",
    )
    command.add_argument(
        "--name", default="signatures", metavar="NAME", help="of kserve's InferenceService"
    )
    command.add_argument(
        "--namespace", default="signatures", metavar="NAME", help="of kserve's InferenceService"
    )
    command.add_argument(
        "--service-account",
        metavar="NAME",
        help="of kserve: the account that may read the model; else the namespace's own",
    )
    command.add_argument(
        "--model",
        default="models/frozen",
        metavar="MODEL",
        help="that has to answer: the bundle's folder, where the manifests name the same model; or "
        "s3://…, a published version, which the service is then told to load; @sha256:… behind it "
        "is the sha256 of its manifest.json",
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
    from pipelines.deploy import manifests

    documents = _documents(options)
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


def _documents(options: argparse.Namespace) -> "list[Manifest]":
    """Returns the manifests that the options ask for, with the model's address."""
    from components.shared.model import pinned, published_bundle
    from pipelines.deploy import inference_service, manifests

    address, _ = pinned.split(options.model)
    is_published = published_bundle.is_address(address)
    if options.form == "service":
        if options.manifests is None:
            raise InputError("PATH is needed: what `python -m serving manifests` wrote")
        documents = manifests.read(options.manifests)
        return manifests.with_model(documents, address) if is_published else documents
    if options.manifests is not None:
        raise InputError("--form kserve takes no PATH: its manifest is made of the options")
    if not is_published:
        raise InputError("--form kserve needs --model s3://…, from where KServe fetches the model")
    place = (options.namespace, options.name, options.service_account)
    return [inference_service.build(options.format, address.rstrip("/"), *place)]


@contextmanager
def _bundle(model: str) -> Iterator[Path]:
    """Yields the folder of a bundle, which is temporary where a store holds it."""
    from components.shared.model import pinned, published_bundle

    if not published_bundle.is_address(model):
        yield pinned.folder(model)
        return
    with TemporaryDirectory() as folder:
        published_bundle.fetch(model, Path(folder) / "bundle")
        yield Path(folder) / "bundle"
