"""Kinds of archive, and the check that one is refused."""

import bz2
import gzip
import lzma
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from components.ingest.archives.limits import Limits
from components.ingest.archives.unpack import unpack
from components.shared.runtime.errors import InputError
from tests.ingest.archives.archive_files import Item, tar_bytes, zip_bytes
from tests.ingest.archives.rar_files import rar4, rar5

ROOMY = Limits(files=1000, bytes=10**8, ratio=10_000)


BUILDERS: dict[str, Callable[[Sequence[Item]], bytes]] = {
    "zip": zip_bytes,
    "tar": tar_bytes,
    "tar.gz": lambda items: gzip.compress(tar_bytes(items)),
    "tar.bz2": lambda items: bz2.compress(tar_bytes(items)),
    "tar.xz": lambda items: lzma.compress(tar_bytes(items)),
    "rar4": rar4,
    "rar5": rar5,
}


every_kind = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)


def refused(content: bytes, folder: Path, message: str, limits: Limits = ROOMY) -> None:
    """The archive is refused with the message, and nothing of it stands outside the folder it was
    unpacked into.
    """
    archive = folder / "in" / "archive"
    archive.parent.mkdir()
    archive.write_bytes(content)
    with pytest.raises(InputError, match=message) as error:
        unpack(archive, folder / "in" / "deep" / "unpacked", limits)
    assert "\n" not in str(error.value)
    outside = [
        path for path in folder.rglob("*") if path.is_file() and "unpacked" not in path.parts
    ]
    assert outside == [archive]
    assert not any(path.is_symlink() for path in folder.rglob("*"))
