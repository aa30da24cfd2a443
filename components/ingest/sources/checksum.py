"""Comparison of an archive with the hash in `ingest.sha256`."""

from pathlib import Path

from components.shared.runtime.errors import InputError
from components.shared.storage.files import sha256


def check(file: Path, expected: str | None, remove: bool = False) -> None:
    """Compares a file with the hash that it should have; without one it passes.

    Args:
        file: an archive.
        expected: its sha256 in hexadecimal digits of either case.
        remove: whether a file with another hash is a download, to be removed.

    Raises:
        InputError: it has another hash.
    """
    if not expected or has_hash(file, expected):
        return
    actual = sha256(file)
    if remove:
        file.unlink()
    name = "the download" if remove else file
    removal = "; the download was removed" if remove else ""
    raise InputError(f"{name} has sha256 {actual}, not ingest.sha256 {expected}{removal}")


def has_hash(file: Path, expected: str) -> bool:
    """Returns whether a file has this sha256, in hexadecimal digits of either case."""
    return sha256(file) == expected.lower()
