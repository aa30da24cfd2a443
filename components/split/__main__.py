"""`python -m components.split`: data/prepared → data/split."""

import argparse
from collections.abc import Sequence

from components.shared.runtime import cli
from components.shared.runtime.params import load


def main(argv: Sequence[str] | None = None) -> None:
    """Runs the step."""
    arguments = cli.create_parser(
        "split",
        "Divides the identities into train, val and test.",
        "python -m components.split --out data/split",
    )
    cli.add_folder(arguments, "prepared", "data/prepared", "prepared images, from preprocess")
    cli.add_folder(arguments, "out", "data/split", "the partition")
    options = arguments.parse_args(argv)
    cli.execute(lambda: _run(options))


def _run(options: argparse.Namespace) -> None:
    from components.split import step
    from components.split.params import SplitParams

    step.run(load(SplitParams, "split", options.params), options.prepared, options.out)


if __name__ == "__main__":
    main()
