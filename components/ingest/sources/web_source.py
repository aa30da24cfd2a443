"""An archive on the web as a source (`ingest.source: https://…`)."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from components.ingest import import_images
from components.ingest.params import SOURCE_URLS, IngestParams
from components.ingest.sources.source import Fingerprint, ImportedImages
from components.shared.runtime.errors import redact_credentials


@dataclass(frozen=True)
class WebSource:
    """An archive behind an https address, or http on this machine.

    Attributes:
        address: without user, password and query.
        params: of the step.
    """

    kind: ClassVar[str] = "web"
    address: str
    params: IngestParams

    def facts(self) -> Fingerprint:
        """Returns the address without secrets, and the expected hash or the server's validators."""
        from components.ingest.sources.cached_download import validators

        return {"kind": self.kind, **validators(_whole(self.address), self.params.sha256)}

    def bring(self, folder: Path) -> ImportedImages:
        """Downloads the archive into the cache and unpacks it."""
        from components.ingest.sources.cached_download import fetch

        archive = import_images.Place(fetch(_whole(self.address), self.params), self.address)
        return ImportedImages(import_images.from_archive(archive, folder, self.params), {})


def _whole(address: str) -> str:
    """Returns the address in `SOURCE_URLS` that is this one with credentials, else this one."""
    named = os.environ.get(SOURCE_URLS, "").split()
    return next((each for each in named if redact_credentials(each) == address), address)
