"""A command's own folder of temporary files; if it is killed, the next command removes it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from components.shared.runtime import processes

PREFIX = "signature-recognition-"


@contextmanager
def own_folder() -> Iterator[None]:
    """Puts all temporary files of this process into one folder, and removes it at the end.

    Those of libraries too: TensorFlow leaves Python files where it is killed. The folders of killed
    commands of this project are removed at the start.
    """
    outer, common = tempfile.tempdir, None
    with suppress(OSError):  # there is no place for temporary files, and most commands need none
        common = common_folder()
    if common is None:
        yield
        return
    _remove_abandoned(common)
    folder = common / f"{PREFIX}{processes.unique_name()}"
    folder.mkdir(mode=0o700)
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = outer
        shutil.rmtree(folder, ignore_errors=True)


def common_folder() -> Path:
    """Returns the system's folder of temporary files, which outlives a command.

    Raises:
        OSError: there is none that can be written to.
    """
    folder = Path(tempfile.gettempdir())
    return folder.parent if folder.name.startswith(PREFIX) else folder


def _remove_abandoned(common: Path) -> None:
    for path in common.glob(f"{PREFIX}*"):
        if path.lstat().st_uid == os.geteuid() and processes.is_abandoned(path):
            shutil.rmtree(path, ignore_errors=True)
