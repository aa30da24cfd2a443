"""Atomic outputs and sha256 manifests."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components.shared.storage.s3_address import is_s3

TEMPORARY = ".partial-"
UPLOAD = "upload"


@contextmanager
def atomic_folder(out: Path) -> Iterator[Path]:
    """Yields an empty sibling folder that becomes `out` when the block ends well.

    After a kill `out` is the new folder complete, the old one, or absent; never a part of one.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(out)
    fresh = _sibling(out, "new")
    fresh.mkdir()
    try:
        yield fresh
        if out.exists():
            old = _sibling(out, "old")
            out.rename(old)
            fresh.rename(out)
            shutil.rmtree(old)
        else:
            fresh.rename(out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextmanager
def atomic_file(out: Path) -> Iterator[Path]:
    """Yields a sibling path that becomes `out` when the block ends well."""
    out.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(out)
    fresh = _sibling(out, "new")
    try:
        yield fresh
        fresh.replace(out)
    finally:
        fresh.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """The file's sha256, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def manifest(folder: Path) -> dict[str, str]:
    """The sha256 of every file below a folder, by its path relative to it, sorted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


def uploads(folder: Path) -> list[Path]:
    """The files of an output that may leave this machine, sorted by name.

    What lies in `upload/` stands in for the files of the same names, which may not.
    """
    own, instead = (
        {path.name: path for path in place.glob("*") if path.is_file()}
        for place in (folder, folder / UPLOAD)
    )
    return [path for _, path in sorted((own | instead).items())]


def code_root() -> Path:
    """Returns the folder that holds the running code: `components`, `pipelines` and params.yaml.

    In a DVC experiment that runs in a temporary copy of the project, the copy.
    """
    packages = (path for path in Path(__file__).resolve().parents if path.name == "components")
    return next(packages).parent


def project_root() -> Path:
    """Returns the folder that keeps what outlives an execution: caches, checkpoints, the tracking
    store.

    That of the code; in a temporary copy of a DVC experiment, the folder which the experiment was
    started from.
    """
    root = code_root()
    for parent in root.parents:
        if (
            parent.name == "exps"
            and parent.parent.name == "tmp"
            and parent.parents[1].name == ".dvc"
        ):
            return parent.parents[2]
    return root


def persistent_folder() -> Path:
    """Where a step keeps what must outlive it, outside of its outputs: downloads, checkpoints.

    `$CHECKPOINT_DIR` where that is a folder. Where it is unset, or an `s3://` address: the
    project's `.checkpoints`, or a folder for temporary files where the project cannot be written
    to, as in a container.
    """
    given = os.environ.get("CHECKPOINT_DIR")
    if given and not is_s3(given):
        return Path(given).absolute()
    root = project_root()
    return (
        root / ".checkpoints"
        if os.access(root, os.W_OK)
        else Path(tempfile.gettempdir()) / "checkpoints"
    )


def _sibling(out: Path, role: str) -> Path:
    return out.parent / f"{TEMPORARY}{out.name}-{role}-{os.getpid()}"


def _remove_leftovers(out: Path) -> None:
    """Removes what a killed run of the same step left beside `out`."""
    for path in out.parent.glob(f"{TEMPORARY}{out.name}-*"):
        owner = path.name.rpartition("-")[2]
        if owner.isdigit() and owner != str(os.getpid()) and _alive(int(owner)):
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
