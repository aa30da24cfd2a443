"""`promote`: a shipped model's place in MLflow's registry, by the rule of `retrain`."""

import argparse
import sys

from components.shared.runtime import cli
from pipelines import arguments
from pipelines.arguments import Commands

NAME = "signatures"


def add_promote(subparsers: Commands) -> None:
    """Adds `promote`."""
    command = arguments.add(
        subparsers,
        "promote",
        "register a shipped model in MLflow, and make it champion where there is none or where it "
        "is better on the same test images by more than chance",
        "promote models/frozen --name signatures",
    )
    command.add_argument(
        "model",
        nargs="?",
        default="models/frozen",
        metavar="DIR",
        help="the shipped model, as freeze writes it; @sha256:… behind it is the digest that its "
        "manifest.json must have",
    )
    command.add_argument("--name", default=NAME, help="registered model of MLflow")
    command.add_argument(
        "--force", action="store_true", help="make it champion without a comparison"
    )
    cli.add_folder(command, "raw", "data/raw", "source images and catalog.csv")
    cli.add_folder(command, "prepared", "data/prepared", "prepared images")
    cli.add_folder(command, "split", "data/split", "which image is a test image")
    arguments.add_params(command)
    cli.add_quiet(command)
    command.set_defaults(action=_promote)


def _promote(options: argparse.Namespace) -> None:
    from components.evaluate.params import EvaluateParams
    from components.shared.model import bundle, pinned
    from components.shared.runtime.params import parse
    from pipelines import sections
    from pipelines.registry import mlflow_registry, promotion

    mlflow_registry.validate_name(options.name, "--name")
    values = sections.override(sections.read(options.params), options.assignments)
    params = parse(EvaluateParams, "evaluate", values["evaluate"], "params.yaml")
    model = pinned.folder(options.model)
    bundle.read(model)
    folders = options.raw, options.prepared, options.split, model
    result = promotion.promote(params, options.name, *folders, force=options.force)
    sys.stdout.write(f"\n{result.text}\n\n{_next_commands(options.name)}\n")


def _next_commands(name: str) -> str:
    """Returns what to do with the champion, a line each."""
    from components.shared.model.registered_bundle import is_store_embedded

    champion = f"models:/{name}@champion"
    store = "MLFLOW_TRACKING_URI=sqlite:///mlruns/mlflow.db " if is_store_embedded() else ""
    return (
        f"serve it      {store}mlflow models serve --env-manager local --model-uri {champion}\n"
        f"measure it    python -m components.evaluate --model {champion} --data photos.zip\n"
        f"fetch it      python -m components.freeze fetch {champion}"
    )
