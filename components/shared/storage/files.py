"""Atomic outputs, sha256 manifests, and the folders of the code and the project."""

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
    """Returns a file's sha256, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def manifest(folder: Path) -> dict[str, str]:
    """Returns the sha256 of every file below a folder, by its path relative to it, sorted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


def uploads(folder: Path) -> list[Path]:
    """Returns the files of an output that may leave this machine, sorted by name.

    A file in `upload/` replaces the file of the same name, which may not leave it.
    """
    files = _files_by_name(folder) | _files_by_name(folder / UPLOAD)
    return [files[name] for name in sorted(files)]


def code_root() -> Path:
    """Returns the folder that holds the running code: `components`, `pipelines` and params.yaml.

    In a DVC experiment that runs in a temporary copy of the project, the copy.
    """
    packages = (path for path in Path(__file__).resolve().parents if path.name == "components")
    return next(packages).parent


def project_root() -> Path:
    """Returns the folder of what outlives an execution: caches, checkpoints, the tracking store.

    It is that of the code; in a temporary copy of a DVC experiment, the folder which the experiment
    was started from.
    """
    root = code_root()
    for parent in root.parents:
        if parent.parts[-3:] == (".dvc", "tmp", "exps"):
            return parent.parents[2]
    return root


def persistent_folder() -> Path:
    """Returns the folder for what a step keeps besides its outputs: downloads, checkpoints.

    It is `$CHECKPOINT_DIR`, or, if that is unset or an `s3://` address, the project's
    `.checkpoints`, or a folder for temporary files if the project cannot be written to, as in a
    container.
    """
    setting = os.environ.get("CHECKPOINT_DIR")
    if setting and not is_s3(setting):
        return Path(setting).absolute()
    root = project_root()
    if os.access(root, os.W_OK):
        return root / ".checkpoints"
    return Path(tempfile.gettempdir()) / "checkpoints"


def _files_by_name(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in folder.glob("*") if path.is_file()}


def _sibling(out: Path, role: str) -> Path:
    return out.parent / f"{TEMPORARY}{out.name}-{role}-{os.getpid()}"


def _remove_leftovers(out: Path) -> None:
    """Removes what killed runs of the same step left beside `out`."""
    for path in out.parent.glob(f"{TEMPORARY}{out.name}-*"):
        owner = path.name.rpartition("-")[2]
        if owner.isdigit() and owner != str(os.getpid()) and _is_alive(int(owner)):
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
