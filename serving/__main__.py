"""Command line of the service: `python -m serving`."""

import argparse
from collections.abc import Sequence

from components.shared.runtime import cli
from serving.commands import (
    audit,
    client,
    database,
    drift,
    enrol,
    keys,
    manifests,
    openapi,
    people,
    reembed,
    reviewed,
    run,
    verify,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Parses the command line and runs the command."""
    options = _parser().parse_args(argv)
    cli.execute(lambda: options.action(options))


def _parser() -> argparse.ArgumentParser:
    cli.tolerate_encodings()
    parser = argparse.ArgumentParser(
        prog="python -m serving",
        description="The service: enrols people, verifies claims and identifies, with a shipped "
        "model and without TensorFlow.",
        epilog="`python -m serving COMMAND --help` says more of each and gives an example.",
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        run.add_run,
        enrol.add_enrol,
        verify.add_verify,
        drift.add_drift,
        reviewed.add_reviewed,
        reembed.add_reembed,
        openapi.add_openapi,
        keys.add_keys,
        people.add_people,
        database.add_database,
        audit.add_audit,
        client.add_client,
        manifests.add_manifests,
    ):
        add(subparsers)
    return parser


if __name__ == "__main__":
    main()
