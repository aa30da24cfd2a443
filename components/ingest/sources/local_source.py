"""Sources on this machine: a folder, or an archive."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

from components.ingest import contents, import_images, listing
from components.ingest.archives import volumes
from components.ingest.params import IngestParams
from components.ingest.sources.checksum import check
from components.ingest.sources.source import Fingerprint, ImportedImages
from components.shared.runtime.errors import InputError


@dataclass(frozen=True)
class FolderSource:
    """A folder of images."""

    kind: ClassVar[str] = "folder"
    path: Path
    params: IngestParams

    def facts(self) -> Fingerprint:
        """Returns the number and the bytes of the files, and a hash of their names, sizes and
        times.
        """
        entries = [_Entry(str(file.path), file.size, file.mtime_ns) for file in self.files()]
        return {"kind": self.kind, **_facts(entries)}

    def files(self) -> list[listing.File]:
        """Returns the files, sorted by path, without litter.

        Raises:
            InputError: there are none, or something cannot be read.
        """
        listed = listing.read(self.path, str(self.path))
        if not listed.files:
            raise InputError(contents.no_image(listed))
        return listed.files

    def bring(self, folder: Path) -> ImportedImages:
        """Copies the images."""
        place = import_images.Place(self.path, str(self.path))
        return ImportedImages(import_images.from_folder(place, folder, self.params), {})


@dataclass(frozen=True)
class ArchiveSource:
    """A .zip, .tar or .rar file."""

    kind: ClassVar[str] = "archive"
    path: Path
    params: IngestParams

    def facts(self) -> Fingerprint:
        """Returns the file's size and time; of several volumes, a hash of all names with those."""
        entries: list[_Entry] = []
        for file in self.files():
            status = file.stat()
            entries.append(_Entry(file.name, status.st_size, status.st_mtime_ns))
        if len(entries) > 1:
            return {"kind": self.kind, **_facts(entries)}
        return {"kind": self.kind, "bytes": entries[0].bytes, "mtime_ns": entries[0].mtime_ns}

    def files(self) -> list[Path]:
        """Returns the volumes in their order, a single one of most archives.

        Raises:
            InputError: 7-Zip is not installed.
        """
        return volumes.files(self.path)

    def bring(self, folder: Path) -> ImportedImages:
        """Unpacks the archive, once its hash is `ingest.sha256` where that is set."""
        count = len(self.files())
        if self.params.sha256 and count > 1:
            raise InputError(
                f"ingest.sha256 is the hash of one file, but {self.path} has {count} volumes: set "
                "it to null"
            )
        check(self.path, self.params.sha256)
        place = import_images.Place(self.path, str(self.path))
        return ImportedImages(import_images.from_archive(place, folder, self.params), {})


class _Entry(NamedTuple):
    """A file of the source: its name, its size and the time of its last change."""

    name: str
    bytes: int
    mtime_ns: int


def _facts(entries: list[_Entry]) -> Fingerprint:
    names = hashlib.sha256()
    for entry in entries:
        line = f"{entry.name}\0{entry.bytes}\0{entry.mtime_ns}\n"
        names.update(line.encode(errors="surrogateescape"))
    return {
        "files": len(entries),
        "bytes": sum(entry.bytes for entry in entries),
        "listing": names.hexdigest(),
    }
