"""A server of Kubeflow Pipelines: its runs and its recurring runs."""

import json
from typing import Any, NamedTuple

from pipelines.kubeflow import pod_logs
from pipelines.kubeflow.connection import ServerAddress, connect, translate_errors
from pipelines.kubeflow.submission import RunSettings, Submission


class Version(NamedTuple):
    """A version of a pipeline on a server.

    Attributes:
        pipeline_id: of the pipeline.
        version_id: of the version.
    """

    pipeline_id: str
    version_id: str


class Server:
    """A server of Kubeflow Pipelines.

    Args:
        address: of the server, with the user who asks.

    Attributes:
        namespace: of the user, where the server serves several.

    Raises:
        InputError: it does not answer, or refuses.
    """

    def __init__(self, address: ServerAddress) -> None:
        self._address = address
        self.namespace = address.namespace
        with translate_errors(self._address):
            self._client = connect(address)

    def upload(self, submission: Submission) -> Version:
        """Returns the version of a submission's content; it is uploaded unless it is there."""
        with translate_errors(self._address):
            pipeline_id = self._pipeline_id(submission.pipeline)
            found = self._client.list_pipeline_versions(
                pipeline_id, filter=_with_name(submission.version)
            )
            version = next(iter(found.pipeline_versions or []), None)
            if version is None:
                version = self._client.upload_pipeline_version(
                    str(submission.package), submission.version, pipeline_id
                )
        return Version(pipeline_id, version.pipeline_version_id)

    def submit(self, submission: Submission, name: str, settings: RunSettings) -> str:
        """Starts a run and returns its id.

        Args:
            submission: the compiled pipeline, and what the run changes of it.
            name: of the run.
            settings: of the run.
        """
        version = self.upload(submission)
        with translate_errors(self._address):
            started = self._client.run_pipeline(
                job_name=name, **self._job(version, submission, settings)
            )
        return str(started.run_id)

    def page(self, run_id: str) -> str:
        """Returns the address of a run's page."""
        pages = self._address.pages or self._address.host
        return f"{pages.rstrip('/')}/#/runs/details/{run_id}"

    def run(self, run_id: str) -> Any:
        """Returns a run, as KFP describes it."""
        with translate_errors(self._address):
            return self._client.get_run(run_id)

    def specification(self, run: Any) -> Any:
        """Returns a run's compiled pipeline, as the server keeps it; None where it has none.

        Args:
            run: as KFP describes it.
        """
        version = run.pipeline_version_reference
        if run.pipeline_spec or version is None:
            return run.pipeline_spec
        with translate_errors(self._address):
            return self._client.get_pipeline_version(
                version.pipeline_id, version.pipeline_version_id
            ).pipeline_spec

    def retry(self, run_id: str) -> None:
        """Starts a run that failed or was stopped again, from the tasks that did not succeed."""
        with translate_errors(self._address):
            self._client.runs.run_service_retry_run(run_id)

    def log(self, run_id: str, pod: str) -> str | None:
        """Returns the log of a run's pod, or None where the server has none."""
        address = self._address
        with translate_errors(address):
            return pod_logs.read(
                self._client._run_api.api_client,
                address.pages or address.host,
                run_id,
                address.namespace,
                pod,
            )

    def schedule(
        self, submission: Submission, name: str, settings: RunSettings, trigger: dict[str, Any]
    ) -> str:
        """Makes a recurring run and returns its id.

        Args:
            submission: the compiled pipeline, and what the runs change of it.
            name: of the recurring run.
            settings: of its runs.
            trigger: `cron_expression` of six fields, or `interval_second`.
        """
        version = self.upload(submission)
        with translate_errors(self._address):
            job = self._job(version, submission, settings)
            run = self._client.create_recurring_run(
                job_name=name, no_catchup=True, **job, **trigger
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

    def _pipeline_id(self, name: str) -> str:
        namespace = self._address.namespace
        found = self._client.list_pipelines(filter=_with_name(name), namespace=namespace)
        pipeline = next(iter(found.pipelines or []), None)
        if pipeline is None:
            described = self._client.api_models.V2beta1Pipeline(
                display_name=name, name=name, namespace=namespace
            )
            pipeline = self._client.pipelines.pipeline_service_create_pipeline(described)
        return str(pipeline.pipeline_id)

    def _job(
        self, version: Version, submission: Submission, settings: RunSettings
    ) -> dict[str, Any]:
        """Returns what KFP's client takes of a run and of a recurring run alike."""
        group = self._client.create_experiment(
            settings.experiment, namespace=self._address.namespace
        )
        return {
            "experiment_id": group.experiment_id,
            "pipeline_id": version.pipeline_id,
            "version_id": version.version_id,
            "params": submission.arguments,
            "pipeline_root": settings.root,
            "service_account": settings.service_account,
        }


def _with_name(name: str) -> str:
    """Returns KFP's filter for a name."""
    predicate = {"operation": "EQUALS", "key": "display_name", "stringValue": name}
    return json.dumps({"predicates": [predicate]})
