"""`python -m components.freeze`: raw, prepared, split, embedder, evaluation → models/frozen."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from components.freeze.params import FreezeParams
from components.shared.runtime import cli
from components.shared.runtime.params import load

EXAMPLES = (
    "python -m components.freeze --embedder models/embedder --out models/frozen\n"
    "  python -m components.freeze list s3://bucket/models\n"
    "  python -m components.freeze fetch s3://bucket/models/VERSION --out models/fetched\n"
    "  python -m components.freeze fetch models:/signatures@champion"
)


def main(argv: Sequence[str] | None = None) -> None:
    """Parses the command line and runs the step, or lists or fetches published versions."""
    parser = cli.create_parser(
        "freeze",
        "Exports the embedder with decoding and normalisation built in, and proves that the "
        "exports equal it.",
        EXAMPLES,
    )
    parser.add_argument(
        "action",
        nargs="?",
        choices=["run", "list", "fetch"],
        default="run",
        help="list: show the published versions; fetch: bring one, with every hash checked",
    )
    parser.add_argument(
        "address",
        nargs="?",
        metavar="ADDRESS",
        help="for list, where they are (s3://…); for fetch, which one: s3://…, or models:/… of "
        "MLflow's registry; @sha256:… behind it is the sha256 of its manifest.json",
    )
    cli.add_folder(parser, "raw", "data/raw", "source images and catalog.csv")
    eight_bits = "read for the formats int8 and litert alone"
    cli.add_folder(parser, "prepared", "data/prepared", f"prepared images, {eight_bits}")
    cli.add_folder(parser, "split", "data/split", f"the identities' parts, {eight_bits}")
    cli.add_folder(parser, "embedder", "models/embedder", "trained embedder")
    cli.add_folder(
        parser, "evaluation", "reports/evaluation", "figures and thresholds of that embedder"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="DIR",
        help="what is shipped (default: models/frozen; for fetch: models/fetched)",
    )
    options = parser.parse_args(argv)
    if (options.address is None) == (options.action != "run"):
        article = "an" if options.address is None else "no"
        parser.error(f"{options.action} takes {article} address")
    action = {"run": _run, "list": _list, "fetch": _fetch}[options.action]
    cli.execute(lambda: action(options))


def _run(options: argparse.Namespace) -> None:
    params = load(FreezeParams, "freeze", options.params)
    from components.freeze import step

    step.run(
        params,
        raw=options.raw,
        prepared=options.prepared,
        split=options.split,
        embedder=options.embedder,
        evaluation=options.evaluation,
        out=getattr(options, "out", Path("models/frozen")),
    )


def _list(options: argparse.Namespace) -> None:
    from components.freeze import s3_publish

    for version in s3_publish.versions(options.address):
        address = f"{options.address.rstrip('/')}/{version.name}"
        print(f"{version.published:%Y-%m-%d %H:%M:%S %Z}  {address}")  # noqa: T201


def _fetch(options: argparse.Namespace) -> None:
    from components.shared.model import published_bundle, registered_bundle

    out = getattr(options, "out", Path("models/fetched"))
    if registered_bundle.is_address(options.address):
        registered_bundle.fetch(options.address, out)
    else:
        published_bundle.fetch(options.address, out)


if __name__ == "__main__":
    main()
