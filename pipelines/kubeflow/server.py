"""A server of Kubeflow Pipelines: its runs and its recurring runs."""

import time
from pathlib import Path
from typing import Any

from pipelines.kubeflow.connection import ServerAddress, TransientError, connect, translate_errors

POLL = 10.0  # seconds between two questions whether a run has ended
PATIENCE = 600.0  # seconds for which these may fail
ENDED = {"SUCCEEDED", "FAILED", "SKIPPED", "CANCELED"}


class RunFailedError(Exception):
    """A run that ended otherwise than well."""


class Server:
    """A server of Kubeflow Pipelines.

    Args:
        address: of the server, with the user who asks.

    Raises:
        InputError: it does not answer, or refuses.
    """

    def __init__(self, address: ServerAddress) -> None:
        self._address = address
        with translate_errors(self._address):
            self._client = connect(address)

    def submit(self, package: Path, run: str, experiment: str) -> str:
        """Starts a run of a compiled pipeline and returns its id."""
        with translate_errors(self._address):
            started = self._client.create_run_from_pipeline_package(
                str(package),
                run_name=run,
                experiment_name=experiment,
                namespace=self._address.namespace,
            )
        return str(started.run_id)

    def page(self, run_id: str) -> str:
        """Returns the address of a run's page."""
        return f"{self._address.host.rstrip('/')}/#/runs/details/{run_id}"

    def wait(self, run_id: str, poll: float = POLL) -> None:
        """Waits until a run has ended; asks again where the server fails, as it does while it is
        restarted.

        Raises:
            RunFailedError: it did not succeed.
            InputError: the server refuses, or has failed for `PATIENCE`; the run goes on.
        """
        answered = time.monotonic()
        while True:
            try:
                with translate_errors(self._address):
                    run = self._client.get_run(run_id)
                if run.state in ENDED:
                    break
                answered = time.monotonic()
            except TransientError:
                if time.monotonic() - answered > PATIENCE:
                    raise
            time.sleep(poll)
        if run.state != "SUCCEEDED":
            reason = f": {run.error.message}" if run.error and run.error.message else ""
            raise RunFailedError(f"the run {run.state.lower()}{reason}")

    def schedule(self, package: Path, name: str, experiment: str, trigger: dict[str, Any]) -> str:
        """Makes a recurring run of a compiled pipeline and returns its id.

        Args:
            package: the compiled pipeline.
            name: of the recurring run.
            experiment: that its runs belong to.
            trigger: `cron_expression` of six fields, or `interval_second`.
        """
        with translate_errors(self._address):
            group = self._client.create_experiment(experiment, namespace=self._address.namespace)
            run = self._client.create_recurring_run(
                group.experiment_id,
                name,
                pipeline_package_path=str(package),
                no_catchup=True,
                **trigger,
            )
        return str(run.recurring_run_id)

    def recurring_runs(self) -> list[Any]:
        """Returns all recurring runs, as KFP describes them."""
        runs: list[Any] = []
        token = ""
        while True:
            with translate_errors(self._address):
                page = self._client.list_recurring_runs(
                    page_token=token, page_size=100, namespace=self._address.namespace
                )
            runs += page.recurring_runs or []
            token = page.next_page_token
            if not token:
                return runs

    def recurring_runs_of(self, name: str, experiment: str) -> list[Any]:
        """Returns the recurring runs of a name in an experiment, as KFP describes them.

        KFP's names are not unique, and another experiment's are not ours.
        """
        with translate_errors(self._address):
            try:
                group = self._client.get_experiment(
                    experiment_name=experiment, namespace=self._address.namespace
                )
            except ValueError:  # there is no such experiment
                return []
        return [
            run
            for run in self.recurring_runs()
            if (run.display_name, run.experiment_id) == (name, group.experiment_id)
        ]

    def remove(self, run_id: str) -> None:
        """Removes a recurring run."""
        with translate_errors(self._address):
            self._client.delete_recurring_run(run_id)
