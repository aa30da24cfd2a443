"""`python -m components.train`: data/prepared, data/split → models/embedder."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from components.shared.runtime import cli
from components.shared.runtime.params import load
from components.train.params import TrainParams


def main(argv: Sequence[str] | None = None) -> None:
    arguments = cli.create_parser(
        "train",
        "Trains the embedder with triplet loss and online mining. "
        "A killed run goes on when it is started again.",
        "python -m components.train "
        "--prepared data/prepared --split data/split --out models/embedder",
    )
    cli.add_folder(arguments, "prepared", "data/prepared", "prepared images")
    cli.add_folder(arguments, "split", "data/split", "which image is in train, val and test")
    cli.add_folder(arguments, "out", "models/embedder", "where the embedder goes")
    arguments.add_argument(
        "--resume",
        type=Path,
        metavar="DIR",
        help="go on from this checkpoint, as in .checkpoints/train/<key>/step-00000090, "
        "and not from the newest",
    )
    options = arguments.parse_args(argv)
    cli.execute(lambda: _run(options))


def _run(options: argparse.Namespace) -> None:
    params = load(TrainParams, "train", options.params)
    from components.train import step

    step.run(params, options.prepared, options.split, options.out, resume=options.resume)


if __name__ == "__main__":
    main()
