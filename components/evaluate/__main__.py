"""`python -m components.evaluate`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from components.evaluate.params import EvaluateParams
from components.shared.runtime import cli
from components.shared.runtime.params import load

OUTPUTS = {
    "split": Path("reports/evaluation"),
    "shipped": Path("reports/other"),
    "calibrate": Path("models/calibrated"),
}
ACTIONS = {"compare": 2, "calibrate": 0}
"""Actions, and how many reports each takes."""
EXAMPLES = "\n  ".join(
    [
        "python -m components.evaluate --embedder models/embedder --out reports/evaluation",
        "python -m components.evaluate --model models/frozen --data photos.zip"
        " --out reports/photos",
        "python -m components.evaluate --model models:/signatures@champion --data photos.zip",
        "python -m components.evaluate compare reports/evaluation reports/challenger",
        "python -m components.evaluate calibrate --model models/frozen --data my-genuine/"
        " --out models/calibrated",
    ]
)


def main(argv: Sequence[str] | None = None) -> None:
    arguments = _parser()
    options = arguments.parse_args(argv)
    if (options.model is None) != (options.data is None):
        arguments.error(
            "--model and --data go together: a shipped model, and raw images to measure it on"
        )
    if len(options.reports) != ACTIONS.get(options.action, 0):
        arguments.error("compare takes two output folders of evaluate, calibrate none")
    if options.action == "calibrate" and options.model is None:
        arguments.error("calibrate takes --model, a shipped model, and --data, genuine images")
    actions = {"compare": _compare, "calibrate": _calibrate}
    cli.execute(lambda: actions.get(options.action, _run)(options))


def _parser() -> argparse.ArgumentParser:
    arguments = cli.create_parser(
        "evaluate",
        "Measures an embedder on the test identities, or a shipped model (--model) on raw images\n"
        "that it has never seen (--data): error rates, intervals, floors, pictures and a report.\n"
        "Or compares two evaluations. Or calibrates a decision on your own scanner,\n"
        "from genuine images of 10 to 30 people, 3 to 10 each.",
        EXAMPLES,
    )
    arguments.add_argument(
        "action",
        nargs="?",
        choices=list(ACTIONS),
        help="compare: which of two models is better, and is it chance; calibrate: a new version "
        "of --model for the scanner of --data",
    )
    arguments.add_argument(
        "reports", nargs="*", type=Path, metavar="REPORT", help="with compare: two output folders"
    )
    cli.add_folder(arguments, "prepared", "data/prepared", "prepared images")
    cli.add_folder(arguments, "split", "data/split", "which image is in which part")
    cli.add_folder(arguments, "embedder", "models/embedder", "the trained embedder")
    arguments.add_argument(
        "--model",
        metavar="DIR",
        help="a shipped model, as freeze writes it, or models:/signatures@champion of MLflow; "
        "@sha256:… behind it is the digest that its manifest.json must have",
    )
    arguments.add_argument(
        "--data", metavar="PATH", help="raw images for it: a folder, an archive, or data/raw"
    )
    arguments.add_argument(
        "--layout",
        default="auto",
        help="how their paths name identity and kind: auto, cedar, folder, or a csv "
        "of path,identity,kind",
    )
    arguments.add_argument(
        "--out",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="DIR",
        help="where the figures and the report go, or the calibrated model "
        "(default: reports/evaluation, reports/other with --model, models/calibrated)",
    )
    return arguments


def _run(options: argparse.Namespace) -> None:
    params = load(EvaluateParams, "evaluate", options.params)
    out: Path = getattr(options, "out", OUTPUTS["split" if options.model is None else "shipped"])
    if options.model is None:
        from components.evaluate import step

        step.run(
            params,
            prepared=options.prepared,
            split=options.split,
            embedder=options.embedder,
            out=out,
        )
    else:
        from components.evaluate.external import run
        from components.shared.model.registered_bundle import local_bundle

        with local_bundle(options.model) as model:
            run.run(params, model, options.data, options.layout, out)
    sys.stdout.write((out / "summary.txt").read_text(encoding="utf-8"))


def _compare(options: argparse.Namespace) -> None:
    from components.evaluate import paired_comparison

    left, right = options.reports
    differences = paired_comparison.compare(left, right)
    sys.stdout.write(paired_comparison.text(differences, str(left), str(right)) + "\n")


def _calibrate(options: argparse.Namespace) -> None:
    from components.evaluate.external import calibration
    from components.shared.model.registered_bundle import local_bundle

    params = load(EvaluateParams, "evaluate", options.params)
    out: Path = getattr(options, "out", OUTPUTS["calibrate"])
    with local_bundle(options.model) as model:
        text = calibration.run(params, model, options.data, options.layout, out)
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
