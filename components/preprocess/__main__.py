"""`python -m components.preprocess`: data/raw → data/prepared."""

import argparse
import sys
from collections.abc import Sequence

from components.shared.runtime import cli
from components.shared.runtime.params import load


def main(argv: Sequence[str] | None = None) -> None:
    """Runs the step and prints its report."""
    arguments = cli.create_parser(
        "preprocess",
        "Decodes and normalises every image of the catalog into images.npy and index.parquet.",
        "python -m components.preprocess --out data/prepared",
    )
    cli.add_folder(arguments, "raw", "data/raw", "images and catalog.csv, from ingest")
    cli.add_folder(arguments, "out", "data/prepared", "the prepared images")
    cli.add_folder(arguments, "report", "reports/preprocess", "what the source files give away")
    options = arguments.parse_args(argv)
    cli.execute(lambda: _run(options))


def _run(options: argparse.Namespace) -> None:
    from components.preprocess import step
    from components.preprocess.params import PreprocessParams

    step.run(
        load(PreprocessParams, "preprocess", options.params),
        options.raw,
        options.out,
        options.report,
    )
    sys.stdout.write((options.report / "summary.txt").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
