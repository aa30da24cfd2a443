"""`python -m components.split`: data/prepared → data/split."""

import argparse
from collections.abc import Sequence

from components.shared.runtime import cli
from components.shared.runtime.params import load


def main(argv: Sequence[str] | None = None) -> None:
    """Runs the step."""
    arguments = cli.create_parser(
        "split",
        "Divides the identities into train, val and test, and says where these are too small for "
        "the sections train and evaluate.",
        "python -m components.split --out data/split",
    )
    cli.add_folder(arguments, "prepared", "data/prepared", "prepared images, from preprocess")
    cli.add_folder(arguments, "out", "data/split", "the partition")
    options = arguments.parse_args(argv)
    cli.execute(lambda: _run(options))


def _run(options: argparse.Namespace) -> None:
    from components.split import step
    from components.split.needs import Needs
    from components.split.params import SplitParams

    params, needs = load(SplitParams, "split", options.params), Needs.read(options.params)
    step.run(params, options.prepared, options.out, needs)


if __name__ == "__main__":
    main()
