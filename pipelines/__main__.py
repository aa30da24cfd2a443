"""`python -m pipelines`."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from components.shared import cli
from components.shared.errors import InputError

EXAMPLES = """examples:
  python -m pipelines compile --image registry.example/signature-recognition:1.0
  python -m pipelines run -S train.steps=20 -S ingest.sample.identities=20
  python -m pipelines compare train.mining=semi-hard,hard,all train.margin=0.2,soft
"""


def main(argv: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(argv)
    cli.execute(lambda: options.action(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipelines",
        description="The six steps as a Kubeflow pipeline, and experiments that compare settings of them.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="compile|run|compare")

    compile_ = _command(commands, "compile", "write the pipeline as YAML, to upload to Kubeflow Pipelines")
    image = os.environ.get("PIPELINE_IMAGE", "signature-recognition:latest")
    compile_.add_argument(
        "--image", default=image, help="container image of the tasks (or PIPELINE_IMAGE; see Dockerfile)"
    )
    compile_.add_argument(
        "--out", type=Path, default=Path("build/signature.yaml"), metavar="FILE", help="what to write"
    )
    compile_.set_defaults(action=_compile)

    run = _command(commands, "run", "run the pipeline on this machine, one process a task")
    run.add_argument(
        "--root", type=Path, default=Path("build/kubeflow"), metavar="DIR", help="each run gets a folder below it"
    )
    run.set_defaults(action=_run)

    compare = _command(commands, "compare", "run every combination of a grid as a DVC experiment and print the table")
    compare.add_argument(
        "grid", nargs="+", metavar="SECTION.PARAMETER=VALUE,VALUE…", help="what is varied; all combinations are run"
    )
    compare.set_defaults(action=_compare)
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, what: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=what,
        description=what[:1].upper() + what[1:] + ".",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--params", type=Path, default=Path("params.yaml"), metavar="FILE", help="where every section stands"
    )
    command.add_argument(
        "-S",
        dest="assignments",
        action="append",
        default=[],
        metavar="SECTION.PARAMETER=VALUE",
        help="set one parameter",
    )
    return command


def _compile(options: argparse.Namespace) -> None:
    from pipelines import sections

    given = sections.override(sections.read(options.params), options.assignments)
    if options.out.suffix not in {".yaml", ".yml"}:
        raise InputError(f"--out {options.out}: the name must end with .yaml")
    from kfp import compiler

    from components.shared.files import atomic_file
    from pipelines.signature import build

    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "pipeline.yaml"
        compiler.Compiler().compile(build(options.image, given), str(written))
        with atomic_file(options.out) as out:
            shutil.copyfile(written, out)
    sys.stdout.write(f"{options.out}: tasks run in {options.image}\n")


def _run(options: argparse.Namespace) -> None:
    from pipelines import local, sections

    given = sections.override(sections.read(options.params), options.assignments)
    try:
        outputs = local.run(given, options.root)
    except local.TaskError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(1)
    for name, path in outputs.items():
        sys.stdout.write(f"{name}: {path}\n")


def _compare(options: argparse.Namespace) -> None:
    from pipelines import compare

    sys.stdout.write(f"\n{compare.table(compare.compare(options.grid, options.assignments, options.params))}\n")


if __name__ == "__main__":
    main()
