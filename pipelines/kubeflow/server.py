"""A server of Kubeflow Pipelines: its runs, its recurring runs, and its refusals in words."""

import io
import json
import os
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from components.shared.runtime.errors import InputError

SECONDS = 10, 60  # to connect, to answer
POLL = 10.0  # seconds between two questions whether a run has ended
PATIENCE = 600.0  # seconds for which these may fail
ENDED = {"SUCCEEDED", "FAILED", "SKIPPED", "CANCELED"}
REFUSALS = {
    401: "the token is missing, wrong or has expired; give a new one by KFP_TOKEN",
    403: "this token may not do that in this namespace; "
    "ask for the right, or give another by --namespace or KFP_TOKEN",
}


class ServerAddress(NamedTuple):
    """Address of a server, and the user who asks.

    Attributes:
        host: address of Kubeflow Pipelines, with http:// or https://.
        namespace: of the user, where the server serves several.
        token: sent as a bearer token, where there is one.
    """

    host: str
    namespace: str | None
    token: str | None


class RunFailedError(Exception):
    """A run that ended otherwise than well."""


class TransientError(InputError):
    """A failure of the server, or of a proxy before it, that may pass."""


class Server:
    """A server of Kubeflow Pipelines.

    Args:
        address: of the server, with the user who asks.

    Raises:
        InputError: it does not answer, or refuses.
    """

    def __init__(self, address: ServerAddress) -> None:
        self._address = address
        with self._translate_errors():
            self._client = _client(address)

    def submit(self, package: Path, run: str, experiment: str) -> str:
        """Starts a run of a compiled pipeline and returns its id."""
        with self._translate_errors():
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
            RunFailedError: it ended otherwise than well.
            InputError: the server refuses, or has failed for `PATIENCE`; the run goes on.
        """
        answered = time.monotonic()
        while True:
            try:
                with self._translate_errors():
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
        with self._translate_errors():
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
            with self._translate_errors():
                page = self._client.list_recurring_runs(
                    page_token=token, page_size=100, namespace=self._address.namespace
                )
            runs += page.recurring_runs or []
            token = page.next_page_token
            if not token:
                return runs

    def remove(self, name: str) -> None:
        """Removes the recurring runs of a name.

        Raises:
            InputError: there are none.
        """
        runs = [run for run in self.recurring_runs() if run.display_name == name]
        if not runs:
            raise InputError(
                f"{self._address.host} has no recurring run '{name}'; `schedule list` shows them"
            )
        for run in runs:
            with self._translate_errors():
                self._client.delete_recurring_run(run.recurring_run_id)

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Turns a refusal into one line without the token, and silences KFP's own lines and
        warnings.
        """
        import kfp_server_api
        import urllib3

        try:
            with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                yield
        except kfp_server_api.ApiException as error:
            kind = TransientError if error.status == 429 or error.status >= 500 else InputError
            raise self._error(_refusal(error.status, error.reason, error.body), kind) from None
        except urllib3.exceptions.HTTPError as error:
            reason = getattr(error, "reason", None) or error
            text = f"does not answer ({type(reason).__name__}); is this its address?"
            raise self._error(text, TransientError) from None

    def _error(self, reason: str, kind: type[InputError]) -> InputError:
        text = f"{self._address.host}: {reason}"
        return kind(text.replace(self._address.token, "…") if self._address.token else text)


def _client(address: ServerAddress) -> Any:
    """Returns KFP's client, with time limits.

    KFP would ask a server that does not answer five times over half a minute; the first question
    is asked here, once.
    """
    import kfp
    import kfp_server_api

    keys = {"authorization": address.token} if address.token else {}
    config = kfp_server_api.Configuration(
        address.host.rstrip("/"), keys, {"authorization": "Bearer"}
    )
    config.retries, config.ssl_ca_cert = 1, os.environ.get("SSL_CERT_FILE")
    health = kfp_server_api.HealthzServiceApi(kfp_server_api.ApiClient(config))
    answer = health.healthz_service_get_healthz(_request_timeout=SECONDS, _preload_content=False)
    try:
        is_shared = json.loads(answer.data).get("multi_user")
    except (ValueError, AttributeError):
        raise InputError(
            f"{address.host}: answers, but not as Kubeflow Pipelines does; is this its address?"
        ) from None
    if is_shared and not address.namespace:
        raise InputError(
            f"{address.host} serves several users; "
            "name your namespace by --namespace or KFP_NAMESPACE"
        )
    client = kfp.Client(
        address.host,
        namespace=address.namespace or "kubeflow",
        existing_token=address.token,
        ssl_ca_cert=config.ssl_ca_cert,
    )
    rest_client = client._run_api.api_client.rest_client
    request = rest_client.request
    rest_client.request = lambda *arguments, **options: request(
        *arguments, **{**options, "_request_timeout": SECONDS}
    )
    return client


def _refusal(status: int, reason: str, body: bytes | str | None) -> str:
    if status in REFUSALS:
        return REFUSALS[status]
    try:
        message = json.loads(body or "{}")["message"]
    except (ValueError, KeyError, TypeError):
        message = reason
    hint = "; is this the address of Kubeflow Pipelines?" if status == 404 else ""
    lines = str(message or reason or "").strip().splitlines() or ["refused without a reason"]
    return f"{lines[0][:300]} (HTTP {status}){hint}"
