"""A path in a DVC repository at a revision, `dvc:<repository>@<revision>:<path>`."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from components.ingest.params import IngestParams
from components.shared.runtime.cli import disk_is_full
from components.shared.runtime.errors import InputError, redact_credentials

FORM = "dvc:<repository>@<revision>:<path>"


@dataclass(frozen=True)
class VersionedPath:
    """A path in a repository at a revision.

    Attributes:
        repository: a path, or an address that git knows.
        revision: tag, branch or commit, as it was given.
        path: relative to the repository's root.
        system: DVC's file system of that revision.
    """

    repository: str
    revision: str
    path: str
    system: Any

    def facts(self) -> dict[str, object]:
        """Returns repository (unless on this machine), revision, path, commit and DVC's hash."""
        is_local = Path(self.repository).exists()
        where = {} if is_local else {"repository": redact_credentials(self.repository)}
        return {
            "kind": "dvc",
            **where,
            "revision": self.revision,
            "path": self.path,
            "commit": str(self.system.repo.get_rev()),
            "hash": str(self.system.info(self.path).get("md5") or self._listing()),
        }

    def fetch(self, target: Path, params: IngestParams) -> Path:
        """Copies the path's content into a folder that does not exist yet.

        Returns:
            The file or folder of the path's own name in that folder.

        Raises:
            InputError: it holds more or larger files than `max_files` and `max_bytes` admit.
        """
        size = self.system.info(self.path).get("size") or 0
        count = len(self.system.find(self.path))
        if count > params.max_files:
            raise InputError(
                f"{self}: holds more than {params.max_files:,} files (ingest.max_files)"
            )
        if size > params.max_bytes:
            raise InputError(
                f"{self}: is larger than {params.max_bytes:,} bytes (ingest.max_bytes)"
            )
        target.mkdir(parents=True)
        inner = target / PurePosixPath(self.path).name
        self.system.get(self.path, str(inner), recursive=True)
        return inner

    def _listing(self) -> str:
        """Computes a hash of a folder that DVC or git tracks as a part of another one."""
        contents = self.system.find(self.path, detail=True)
        lines = [
            f"{name}\0{info.get('md5')}\0{info.get('size')}\n"
            for name, info in sorted(contents.items())
        ]
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def __str__(self) -> str:
        return (
            f"ingest.source: dvc:{redact_credentials(self.repository)}@{self.revision}:{self.path}"
        )


@contextmanager
def open_path(source: str) -> Iterator[VersionedPath]:
    """Yields the path that a source names.

    Raises:
        InputError: the source has another form; the repository, the revision, the path or the data
            in DVC's remote are missing or cannot be reached.
    """
    left, _, path = source.removeprefix("dvc:").rpartition(":")
    repository, _, revision = left.rpartition("@")
    if not (repository and revision and path) or ":" in revision or "/" in path[:1]:
        raise InputError(f"ingest.source: '{redact_credentials(source)}' is not of the form {FORM}")
    from dvc.api import DVCFileSystem

    logging.getLogger("dvc").setLevel(logging.CRITICAL)
    versioned = VersionedPath(
        repository, revision, path.strip("/"), DVCFileSystem(repository, rev=revision)
    )
    try:
        versioned.system.info(versioned.path)
        yield versioned
    except InputError:
        raise
    except Exception as error:  # whatever git, DVC and its remote may raise
        if isinstance(error, OSError) and disk_is_full(error):
            raise
        raise InputError(f"{versioned}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    from dvc.exceptions import NotDvcRepoError
    from dvc.scm import RevError, SCMError

    match error:
        case RevError():
            return "the repository has no such revision"
        case SCMError() | NotDvcRepoError():
            return (
                "no git repository that can be reached: "
                "check its address, the network and the access to it"
            )
        case FileNotFoundError():
            return (
                "there is no such path at that revision, "
                "or DVC's remote does not have its data (dvc push)"
            )
    return (
        f"cannot be read ({type(error).__name__}): check that DVC's remote has the data "
        "(dvc push), can be reached, and gets its keys from the environment"
    )
