"""`python -m components.ingest`: a source → data/raw."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from components.ingest.params import IngestParams
from components.shared.runtime import cli
from components.shared.runtime.params import load

EXAMPLES = (
    "python -m components.ingest --out data/raw\n"
    "  python -m components.ingest fingerprint --out data/source.json"
)
OUTPUTS = {"run": Path("data/raw"), "fingerprint": Path("data/source.json")}


def main(argv: Sequence[str] | None = None) -> None:
    """Runs the step, or writes the source's fingerprint."""
    arguments = cli.create_parser(
        "ingest", "Brings the images of a source into a folder with a catalog.", EXAMPLES
    )
    arguments.add_argument(
        "action",
        nargs="?",
        choices=sorted(OUTPUTS),
        default="run",
        help="fingerprint: only write what the source is now",
    )
    arguments.add_argument(
        "--out",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="PATH",
        help="output (default: data/raw, or data/source.json)",
    )
    options = arguments.parse_args(argv)
    cli.execute(lambda: _run(options))


def _run(options: argparse.Namespace) -> None:
    from components.ingest import fingerprint, step

    params = load(IngestParams, "ingest", options.params)
    out: Path = getattr(options, "out", OUTPUTS[options.action])
    if options.action == "fingerprint":
        fingerprint.write(params, out)
    else:
        step.run(params, out)


if __name__ == "__main__":
    main()
