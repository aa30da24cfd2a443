"""The cache of downloads, in a folder outside every output."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from components.ingest.sources.web import Remote
from components.shared.storage.file_lock import file_lock
from components.shared.storage.files import persistent_folder
from components.shared.storage.reading import read_json


@dataclass(frozen=True)
class CachedDownload:
    """The cache's files for one address.

    Attributes:
        complete: the finished download, a file or a folder.
        partial: the bytes that have arrived so far.
        facts: the server's description of the file when the download began.
        lock: the lock of the run that writes them.
    """

    complete: Path
    partial: Path
    facts: Path
    lock: Path

    @classmethod
    def of(cls, address: str) -> "CachedDownload":
        """Returns the files for an address; they need not exist."""
        folder = persistent_folder() / "downloads"
        key = sha256(address.encode()).hexdigest()[:24]
        return cls(
            complete=folder / key,
            partial=folder / f"{key}.part",
            facts=folder / f"{key}.json",
            lock=folder / f"{key}.lock",
        )

    def locked(self) -> AbstractContextManager[None]:
        """Keeps two runs from writing the same download."""
        return file_lock(self.lock)

    def remote(self) -> Remote | None:
        """Returns the server's description of the file that is here; None where there is none, or
        none that can be read.
        """
        try:
            return read_json(self.facts, Remote)
        except (OSError, ValueError):
            return None
