"""Sources on this machine: a folder, or an archive."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from components.ingest import contents, import_images
from components.ingest.listing import files
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
        listed = files(self.path)
        if not listed:
            raise InputError(contents.no_image(self.path, self.path, listed))
        listing = hashlib.sha256()
        for file in listed:
            listing.update(f"{file.path}\0{file.size}\0{file.mtime_ns}\n".encode())
        return {
            "kind": self.kind,
            "files": len(listed),
            "bytes": sum(file.size for file in listed),
            "listing": listing.hexdigest(),
        }

    def bring(self, folder: Path) -> ImportedImages:
        """Copies the images."""
        return ImportedImages(import_images.from_folder(self.path, folder, self.params), {})


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
        return ImportedImages(import_images.from_archive(self.path, folder, self.params), {})
