"""An archive on the web as a source (`ingest.source: https://…`)."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from components.ingest import import_images
from components.ingest.params import IngestParams
from components.ingest.sources.source import Fingerprint, ImportedImages


@dataclass(frozen=True)
class WebSource:
    """An archive behind an https address, or http on this machine."""

    kind: ClassVar[str] = "web"
    address: str
    params: IngestParams

    def facts(self) -> Fingerprint:
        """Returns the address without secrets, and the expected hash or the server's validators."""
        from components.ingest.sources.cached_download import validators

        return {"kind": self.kind, **validators(self.address, self.params.sha256)}

    def bring(self, folder: Path) -> ImportedImages:
        """Downloads the archive into the cache and unpacks it."""
        from components.ingest.sources.cached_download import fetch
        from components.ingest.sources.web import without_secrets

        path, name = fetch(self.address, self.params), without_secrets(self.address)
        archive = import_images.Place(path, name)
        return ImportedImages(import_images.from_archive(archive, folder, self.params), {})
