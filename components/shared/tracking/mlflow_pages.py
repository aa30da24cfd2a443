"""`python -m components.shared.tracking.mlflow_pages URL`: where a server shows the trainings.

MLflow's front page is about language models; the runs of trainings are a view of the experiment.
"""

import argparse
import sys
from collections.abc import Sequence

from components.shared.runtime import cli
from components.shared.runtime.errors import InputError, redact_credentials
from components.shared.tracking import mlflow_store
from components.shared.tracking.store_requests import answer, first_line


def main(argv: Sequence[str] | None = None) -> None:
    """Parses the command line and prints the address of the experiment's runs."""
    parser = argparse.ArgumentParser(
        prog="python -m components.shared.tracking.mlflow_pages",
        description="Prints where an MLflow server shows the runs of this project's experiment.",
        epilog="example:\n  python -m components.shared.tracking.mlflow_pages "
        "http://127.0.0.1:5000",
        formatter_class=cli.Formatter,
    )
    parser.add_argument("server", metavar="URL", help="the server's address")
    options = parser.parse_args(argv)
    cli.execute(lambda: sys.stdout.write(f"{runs(options.server)}\n"))


def runs(server: str) -> str:
    """Returns the address of the table of runs, without a password that `server` may hold.

    Raises:
        InputError: the tracking store cannot be used.
    """
    try:
        client = mlflow_store.connect()
        experiment = answer(lambda: mlflow_store.experiment_id(client))
    except InputError:
        raise
    except Exception as error:  # whatever a store that is down may raise
        raise InputError(f"the tracking store cannot be used: {first_line(error)}") from error
    place = redact_credentials(server).rstrip("/")
    return f"{place}/#/experiments/{experiment}/runs?workflowType=machine_learning"


if __name__ == "__main__":
    main()
