"""Archives that may be hostile, unpacked: every name, kind, count and size is checked first."""

import errno
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator
from contextlib import closing
from lzma import LZMAError
from pathlib import Path

from components.ingest.archives import rar_reader, tar_reader, zip_reader
from components.ingest.archives.limits import Content, Gate, Limits
from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar

FORMATS = ".zip, .tar (plain, .gz, .bz2 or .xz) or .rar"
_DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    RecursionError,
    NotImplementedError,
)
_BAD_NAMES = {None, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EINVAL}

Reader = Callable[[Path, Gate], Generator[Content, None, None]]


def unpack(archive: Path, folder: Path, limits: Limits) -> None:
    """Unpacks the files of an archive into a new folder.

    Raises:
        InputError: it is no archive, damaged, encrypted, has links or names that lead elsewhere, or
            passes a limit.
    """
    try:
        size = archive.stat().st_size
        reader = _reader(archive)
    except OSError as error:
        raise InputError(f"{archive}: cannot be read: {error.strerror}") from None
    gate = Gate(archive, limits, size)
    folder.mkdir(parents=True)
    try:
        with (
            closing(reader(archive, gate)) as contents,
            progress_bar("unpack", "file", None) as bar,
        ):
            for content in contents:
                _write(content, folder / content.path, gate)
                bar.update()
    except _DAMAGED as error:
        raise gate.error(f"is damaged or of an unknown variant: {error}") from None
    except OSError as error:
        if error.errno not in _BAD_NAMES:
            raise
        raise gate.error(f"is damaged or holds unusable names: {error.strerror or error}") from None


def _reader(archive: Path) -> Reader:
    """Returns the reader for the kind that the first bytes tell, whatever the name says."""
    with archive.open("rb") as stream:
        start = stream.read(512)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return zip_reader.contents
    if start.startswith(b"Rar!\x1a\x07"):
        return rar_reader.contents
    if tar_reader.opener(start):
        return tar_reader.contents
    fault = f"no archive of a known kind ({FORMATS})" if start else "empty"
    raise InputError(f"{archive}: is {fault}")


def _write(content: Content, target: Path, gate: Gate) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as stream:
        shutil.copyfileobj(content.stream, stream, 1 << 20)
        written = stream.tell()
    if written != content.size:
        raise gate.error(
            f"is damaged: {str(content.path)!r} has {written:,} of {content.size:,} bytes"
        )
