"""`python -m components.evaluate`."""

import argparse
import sys
from collections.abc import Sequence

from components.evaluate.params import EvaluateParams
from components.shared import backend, cli
from components.shared.params import load


def main(argv: Sequence[str] | None = None) -> None:
    arguments = cli.parser(
        "evaluate",
        "Measures an embedder on the test identities: error rates, intervals, floors, pictures and a report.",
        "python -m components.evaluate --embedder models/embedder --out reports/evaluation",
    )
    cli.folder(arguments, "prepared", "data/prepared", "prepared images")
    cli.folder(arguments, "split", "data/split", "which image is in which part")
    cli.folder(arguments, "embedder", "models/embedder", "the trained embedder")
    cli.folder(arguments, "out", "reports/evaluation", "where the figures and the report go")
    options = arguments.parse_args(argv)
    cli.execute(lambda: _run(options))


def _run(options: argparse.Namespace) -> None:
    params = load(EvaluateParams, "evaluate", options.params)
    backend.load()
    from components.evaluate import step

    step.run(params, options.prepared, options.split, options.embedder, options.out)
    sys.stdout.write((options.out / "summary.txt").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
