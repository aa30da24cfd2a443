"""Downloads from the web into the cache: resumed, capped, checked."""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from components.ingest.params import IngestParams
from components.ingest.sources.checksum import check, has_hash
from components.ingest.sources.download_cache import CachedDownload
from components.ingest.sources.web import (
    Remote,
    TransientError,
    UnreachableError,
    WebFile,
)
from components.shared.runtime.errors import InputError, redact_credentials
from components.shared.runtime.progress import progress_bar
from components.shared.storage.files import atomic_file
from components.shared.storage.slow_servers import RATE

ELSE = "check the network, or name a folder (in ingest.source; for cedar: in CEDAR_DIR)"
T = TypeVar("T")

ATTEMPTS = 6
FIRST_PAUSE = 0.5  # seconds; doubled after every attempt that brought nothing new
log = logging.getLogger(__name__)


def fetch(address: str, params: IngestParams) -> Path:
    """Returns the downloaded file, from the cache where it is still what the server has.

    Raises:
        InputError: it cannot be reached, is missing there, is larger than `max_bytes`, or has
            another hash.
    """
    cached = CachedDownload.of(address)
    with cached.locked():
        complete = cached.complete
        if not (params.sha256 and complete.exists() and has_hash(complete, params.sha256)):
            _refresh(address, cached, params.max_bytes)
            check(complete, params.sha256, remove=True)
    return complete


def validators(address: str, expected: str | None) -> dict[str, object]:
    """Returns what identifies the file behind an address now.

    Args:
        address: of the file.
        expected: its sha256 where that is fixed.

    Returns:
        The address without secrets, and the hash, else ETag, date and size as the server says.

    Raises:
        InputError: the server cannot be reached and there is no earlier download.
    """
    if expected:
        return {"address": redact_credentials(address), "sha256": expected.lower()}
    cached = CachedDownload.of(address)
    try:
        remote = _with_retries(WebFile(address).head, attempts=3)
    except UnreachableError as error:
        known = cached.remote() if cached.complete.exists() else None
        if known is None:
            raise InputError(f"{error} (and there is no earlier download)") from None
        log.warning("%s: going on with the earlier download", error)
        remote = known
    return {"address": redact_credentials(address), **asdict(remote)}


def _refresh(address: str, cached: CachedDownload, max_bytes: int) -> None:
    """Brings the complete file to what the server has now; offline, an earlier one will do."""
    web = WebFile(address)
    try:
        remote = _with_retries(web.head)
    except UnreachableError as error:
        if not cached.complete.exists():
            raise
        log.warning("%s: going on with the earlier download", error)
        return
    same = cached.remote() == remote and remote.validator is not None
    if same and cached.complete.exists():
        return
    cached.complete.unlink(missing_ok=True)
    if not same or _size(cached.partial) > (remote.bytes or max_bytes):
        cached.partial.unlink(missing_ok=True)
    with atomic_file(cached.facts) as facts:
        facts.write_text(json.dumps(asdict(remote)), encoding="utf-8")
    _refuse_large(web, remote.bytes or 0, max_bytes)
    _with_retries(
        lambda: _download(web, remote, cached.partial, max_bytes),
        progress=lambda: _size(cached.partial),
    )
    cached.partial.replace(cached.complete)


def _download(web: WebFile, remote: Remote, partial: Path, max_bytes: int) -> None:
    """Appends the bytes that are missing to the partial file, in one attempt."""
    size = _size(partial) if remote.validator else 0
    if size and size == remote.bytes:
        return
    with web.get(size, remote if size else None) as (start, told, chunks):
        total = remote.bytes if told is None else told
        with (
            partial.open("r+b" if start else "wb") as stream,
            progress_bar("download", "B", total, initial=start) as bar,
        ):
            stream.seek(start)
            for chunk in chunks:
                _refuse_large(web, stream.tell() + len(chunk), max_bytes)
                stream.write(chunk)
                bar.update(len(chunk))
        if total is not None and _size(partial) < total:
            raise TransientError(f"{web.name}: the connection ended early")


def _refuse_large(web: WebFile, size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise InputError(f"{web.name}: is larger than {max_bytes:,} bytes (ingest.max_bytes)")


def _with_retries(
    action: Callable[[], T], attempts: int | None = None, progress: Callable[[], int] = lambda: 0
) -> T:
    """Calls an action again after transient faults, with growing pauses.

    Args:
        action: what may fail.
        attempts: the most failures in a row; None: ATTEMPTS.
        progress: the bytes that the action has brought, in all attempts; a failure after as many
            as of a server that is not too slow counts as the first one.

    Raises:
        UnreachableError: the last attempt failed too.
    """
    failures = 0
    began = time.monotonic()
    while True:
        before = progress()
        try:
            return action()
        except TransientError as error:
            enough = max(1, RATE * (time.monotonic() - began))
            failures = 1 if progress() - before >= enough else failures + 1
            began = time.monotonic()
            if failures >= (attempts or ATTEMPTS):
                raise UnreachableError(f"{error}; {ELSE}") from None
            log.info("%s: trying again", error)
            time.sleep(FIRST_PAUSE * 2 ** (failures - 1))


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
