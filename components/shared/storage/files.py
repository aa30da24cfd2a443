"""Atomic outputs, sha256 manifests, and the folders of the code and the project."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from components.shared.runtime import processes, temporary
from components.shared.storage.s3_address import is_s3

TEMPORARY = ".partial-"
UPLOAD = "upload"


@contextmanager
def atomic_folder(out: Path) -> Iterator[Path]:
    """Yields an empty sibling folder that becomes `out` when the block ends well.

    After a kill `out` is the new folder complete, the old one, or absent; never a part of one. Of
    several processes that write it at once, in containers that share a volume too, the last wins.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(out)
    fresh = _sibling(out, "new")
    fresh.mkdir()
    try:
        yield fresh
        _put(fresh, out)
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
    return temporary.common_folder() / "checkpoints"


def _files_by_name(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in folder.glob("*") if path.is_file()}


def _sibling(out: Path, role: str) -> Path:
    return out.parent / f"{TEMPORARY}{out.name}-{role}-{processes.unique_name()}"


def _put(fresh: Path, out: Path) -> None:
    """Renames a folder, in the place of another one that may be there."""
    replaced = []
    while True:
        try:
            fresh.rename(out)
            break
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
        replaced.append(_sibling(out, "old"))
        with suppress(FileNotFoundError):  # another process has just done so
            out.rename(replaced[-1])
    for old in replaced:
        shutil.rmtree(old, ignore_errors=True)


def _remove_leftovers(out: Path) -> None:
    """Removes what killed runs left beside `out`: their parts, and former folders of its name."""
    parts, former = f"{TEMPORARY}*-new-*", f"{TEMPORARY}{out.name}-old-*"
    for path in (*out.parent.glob(parts), *out.parent.glob(former)):
        if not processes.is_abandoned(path):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
