"""Requests to the tracking store: their time, and the line that tells of a failure."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread
from typing import TypeVar

from components.shared.runtime import environment
from components.shared.runtime.errors import redact_credentials
from components.shared.storage import slow_servers

UPLOAD_SECONDS = "120"
SECONDS = 10.0
"""For which a server may leave small requests without an answer."""

T = TypeVar("T")


def first_line(error: Exception) -> str:
    """Returns an error's first line, at most 200 characters, without credentials."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return redact_credentials(lines[0])[:200]


def transfer(carry: Callable[[], T], size: int) -> T:
    """Returns what an upload or a download returns.

    Args:
        carry: makes the requests.
        size: of all files, in bytes.

    Raises:
        TimeoutError: it takes longer than at the least rate that is waited for.
        Exception: as `carry` does.
    """
    with upload_timeout():
        return answer(carry, float(UPLOAD_SECONDS) + size / slow_servers.RATE)


def answer(ask: Callable[[], T], seconds: float | None = None) -> T:
    """Returns what requests to the store return.

    MLflow's limits are of each wait alone. A name may be looked up for minutes, have many addresses
    and be tried twice, and a server may send a byte now and then.

    Args:
        ask: makes the requests.
        seconds: for all of them; None: `SECONDS`, for small ones.

    Raises:
        TimeoutError: a server has not answered all of them in time. They go on in their thread, and
            nobody waits for them.
        Exception: as `ask` does.
    """
    import mlflow

    if not mlflow.get_tracking_uri().startswith(("http://", "https://")):
        return ask()
    limit = SECONDS if seconds is None else seconds
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(ask())
        except BaseException as error:
            result.set_exception(error)

    Thread(target=run, name="tracking store", daemon=True).start()
    try:
        return result.result(limit)
    except TimeoutError:
        if result.done():  # of one of them
            raise
        raise TimeoutError(f"no answer for {limit:g} s") from None


@contextmanager
def upload_timeout() -> Iterator[None]:
    """Allows MLflow's requests the time of an upload, longer than that of a small request."""
    with environment.variable("MLFLOW_HTTP_REQUEST_TIMEOUT", UPLOAD_SECONDS):
        yield
