"""`python -m components.freeze`."""

import argparse
from collections.abc import Sequence

from components.freeze.params import FreezeParams
from components.shared import backend, cli
from components.shared.params import load


def main(argv: Sequence[str] | None = None) -> None:
    arguments = cli.parser(
        "freeze",
        "Exports the embedder with decoding and normalisation built in, and proves that the exports equal it.",
        "python -m components.freeze --embedder models/embedder --out models/frozen",
    )
    cli.folder(arguments, "raw", "data/raw", "source images and catalog.csv")
    cli.folder(arguments, "embedder", "models/embedder", "trained embedder")
    cli.folder(arguments, "evaluation", "reports/evaluation", "figures and thresholds of that embedder")
    cli.folder(arguments, "out", "models/frozen", "what is shipped")
    options = arguments.parse_args(argv)
    cli.execute(lambda: _run(options))


def _run(options: argparse.Namespace) -> None:
    params = load(FreezeParams, "freeze", options.params)
    backend.load_tensorflow()
    from components.freeze import step

    step.run(params, options.raw, options.embedder, options.evaluation, options.out)


if __name__ == "__main__":
    main()
