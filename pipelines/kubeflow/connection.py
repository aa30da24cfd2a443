"""Connections to a server of Kubeflow Pipelines: its address, its client, its refusals in words."""

import io
import json
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from components.shared.runtime.errors import InputError

SECONDS = 10, 60  # to connect, to answer
REFUSALS = {
    401: "the token is missing, wrong or has expired; "
    "give a new one by KFP_TOKEN or KFP_TOKEN_FILE",
    403: "this token may not do that in this namespace; "
    "ask for the right, or give another by --namespace or KFP_TOKEN",
}


class ServerAddress(NamedTuple):
    """Address of a server, and the user who asks.

    Attributes:
        host: address of Kubeflow Pipelines, with http:// or https://.
        namespace: of the user, where the server serves several.
        token: sent as a bearer token, where there is one.
        token_file: in place of `token`, a file that is read anew for every request.
        pages: address of Kubeflow's pages, where it is another than `host`.
    """

    host: str
    namespace: str | None
    token: str | None
    token_file: Path | None = None
    pages: str | None = None

    def secret(self) -> str | None:
        """Returns the token as it is now.

        Raises:
            InputError: its file cannot be read.
        """
        if self.token_file is None:
            return self.token
        try:
            return self.token_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise InputError(f"{self.token_file}: {error.strerror}") from None

    def renew(self, config: Any) -> None:
        """Puts the token as it is now into the configuration of KFP's client.

        Raises:
            InputError: its file cannot be read.
        """
        config.api_key["authorization"] = self.secret()


class TransientError(InputError):
    """A failure of the server, or of a proxy before it, that may pass."""


def connect(address: ServerAddress) -> Any:
    """Returns KFP's client, with time limits.

    KFP would ask a server that does not answer five times over half a minute; the first question
    is asked here, once.

    Raises:
        InputError: another program answers, or the address lacks a namespace.
    """
    import kfp
    import kfp_server_api

    secret = address.secret()
    keys = {"authorization": secret} if secret else {}
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
        credentials=address.token_file and SimpleNamespace(refresh_api_key_hook=address.renew),
        ssl_ca_cert=config.ssl_ca_cert,
    )
    rest_client = client._run_api.api_client.rest_client
    request = rest_client.request
    rest_client.request = lambda *arguments, **options: request(
        *arguments, **{**options, "_request_timeout": SECONDS}
    )
    return client


@contextmanager
def translate_errors(address: ServerAddress) -> Iterator[None]:
    """Turns a refusal into one line without the token, and silences KFP's own lines and warnings.

    Raises:
        TransientError: the server, or a proxy before it, fails.
        InputError: the server refuses.
    """
    import kfp_server_api
    import urllib3

    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    except kfp_server_api.ApiException as error:
        kind = TransientError if error.status == 429 or error.status >= 500 else InputError
        raise _error(address, _refusal(error.status, error.reason, error.body), kind) from None
    except urllib3.exceptions.HTTPError as error:
        reason = getattr(error, "reason", None) or error
        text = f"does not answer ({type(reason).__name__}); is this its address?"
        raise _error(address, text, TransientError) from None


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


def _error(address: ServerAddress, reason: str, kind: type[InputError]) -> InputError:
    text = f"{address.host}: {reason}"
    secret = address.secret()
    return kind(text.replace(secret, "…") if secret else text)
