"""Downloads: resumed, capped, checked, kept in a cache outside every output."""

import fcntl
import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256 as sha256_of
from pathlib import Path
from typing import TypeVar

from components.ingest.params import IngestParams
from components.ingest.sources.web import Remote, TransientError, UnreachableError, Web, shown
from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar
from components.shared.storage.files import atomic_file, persistent_folder, sha256

ELSE = "check the network, or name a folder (in ingest.source; for cedar: in CEDAR_DIR)"
T = TypeVar("T")

ATTEMPTS = 6
FIRST_PAUSE = 0.5  # seconds; doubled after every attempt that brought nothing new
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cached:
    """Where a download stands: complete, partial, and what the server said of the file when it
    began.
    """

    complete: Path
    partial: Path
    facts: Path
    lock: Path

    @classmethod
    def of(cls, address: str) -> "Cached":
        """The cache's files for an address, in `downloads` of what is kept."""
        folder = persistent_folder() / "downloads"
        key = sha256_of(address.encode()).hexdigest()[:24]
        return cls(
            folder / key, folder / f"{key}.part", folder / f"{key}.json", folder / f"{key}.lock"
        )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps two runs from writing the same download."""
        self.lock.parent.mkdir(parents=True, exist_ok=True)
        with self.lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def remote(self) -> Remote | None:
        """What the server said of the file that is here; None where nothing is, or nothing
        readable.
        """
        try:
            return Remote(**json.loads(self.facts.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def fetch(address: str, params: IngestParams) -> Path:
    """The downloaded file, from the cache where it is still what the server has.

    Raises:
        InputError: it cannot be reached, is missing there, is larger than `max_bytes`, or has
            another hash.
    """
    cached = Cached.of(address)
    with cached.alone():
        if not (params.sha256 and cached.complete.exists() and _is(cached.complete, params.sha256)):
            _refresh(address, cached, params.max_bytes)
            check(cached.complete, params.sha256, remove=True)
    return cached.complete


def check(file: Path, expected: str | None, remove: bool = False) -> None:
    """Compares a file with the hash that it should have.

    Raises:
        InputError: it has another one; the file is then removed where `remove` is set.
    """
    if not expected or _is(file, expected):
        return
    found = sha256(file)
    if remove:
        file.unlink()
    gone = "; the download was removed" if remove else ""
    raise InputError(
        f"{'the download' if remove else file} has sha256 {found}, not ingest.sha256 {expected}{gone}"
    )


def validators(address: str, expected: str | None) -> dict[str, object]:
    """What identifies the file behind an address now: its hash where that is fixed, else what the
    server says.

    Raises:
        InputError: the server cannot be reached and there is no earlier download.
    """
    if expected:
        return {"address": shown(address), "sha256": expected.lower()}
    cached = Cached.of(address)
    try:
        remote = _patiently(Web(address).head, attempts=3)
    except UnreachableError as error:
        known = cached.remote() if cached.complete.exists() else None
        if known is None:
            raise InputError(f"{error} (and there is no earlier download)") from None
        log.warning("%s: going on with the earlier download", error)
        remote = known
    return {"address": shown(address), **asdict(remote)}


def _refresh(address: str, cached: Cached, max_bytes: int) -> None:
    """Makes the complete file what the server has now; offline, an earlier one will do."""
    web = Web(address)
    try:
        remote = _patiently(web.head)
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
    _patiently(
        lambda: _bring(web, remote, cached.partial, max_bytes), grown=lambda: _size(cached.partial)
    )
    cached.partial.replace(cached.complete)


def _bring(web: Web, remote: Remote, partial: Path, max_bytes: int) -> None:
    """One attempt to bring what is missing of the partial file."""
    have = _size(partial) if remote.validator else 0
    if have and have == remote.bytes:
        return
    with web.get(have, remote if have else None) as (start, total, chunks):
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


def _refuse_large(web: Web, size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise InputError(f"{web.name}: is larger than {max_bytes:,} bytes (ingest.max_bytes)")


def _patiently(
    action: Callable[[], T], attempts: int | None = None, grown: Callable[[], int] = lambda: 0
) -> T:
    """Tries again after transient faults, with growing pauses; an attempt that brought something
    does not count.
    """
    failed = 0
    while True:
        before = grown()
        try:
            return action()
        except TransientError as error:
            failed = 1 if grown() > before else failed + 1
            if failed >= (attempts or ATTEMPTS):
                raise UnreachableError(f"{error}; {ELSE}") from None
            log.info("%s: trying again", error)
            time.sleep(FIRST_PAUSE * 2 ** (failed - 1))


def _is(file: Path, expected: str) -> bool:
    return sha256(file) == expected.lower()


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
