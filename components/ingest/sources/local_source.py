"""Sources on this machine: a folder, or an archive."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from components.ingest import contents, import_images, listing
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
        listed = listing.read(self.path, str(self.path))
        if not listed.files:
            raise InputError(contents.no_image(listed))
        names = hashlib.sha256()
        for file in listed.files:
            line = f"{file.path}\0{file.size}\0{file.mtime_ns}\n"
            names.update(line.encode(errors="surrogateescape"))
        return {
            "kind": self.kind,
            "files": len(listed.files),
            "bytes": sum(file.size for file in listed.files),
            "listing": names.hexdigest(),
        }

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
        """Returns the file's size and time."""
        status = self.path.stat()
        return {"kind": self.kind, "bytes": status.st_size, "mtime_ns": status.st_mtime_ns}

    def bring(self, folder: Path) -> ImportedImages:
        """Unpacks the archive, once its hash is `ingest.sha256` where that is set."""
        check(self.path, self.params.sha256)
        place = import_images.Place(self.path, str(self.path))
        return ImportedImages(import_images.from_archive(place, folder, self.params), {})
