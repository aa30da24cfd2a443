"""A path in a DVC repository as a source (`ingest.source: dvc:<repository>@<revision>:<path>`)."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from components.ingest import import_images
from components.ingest.params import IngestParams
from components.ingest.sources.source import Fingerprint, ImportedImages
from components.shared.runtime.errors import redact_credentials

FETCHED = ".fetched"


@dataclass(frozen=True)
class DvcSource:
    """A folder or an archive that DVC or git tracks, at a revision."""

    kind: ClassVar[str] = "dvc"
    address: str
    params: IngestParams

    def facts(self) -> Fingerprint:
        """Returns the commit, the path and its hash."""
        from components.ingest.sources import dvc_repository

        with dvc_repository.open_path(self.address) as versioned:
            return versioned.facts()

    def bring(self, folder: Path) -> ImportedImages:
        """Fetches the path, copies or unpacks it, and removes what it fetched."""
        from components.ingest.sources import dvc_repository

        try:
            with dvc_repository.open_path(self.address) as versioned:
                path = versioned.fetch(folder / FETCHED, self.params)
                place = import_images.Place(path, redact_credentials(self.address))
                version = versioned.facts()
            return ImportedImages(import_images.from_path(place, folder, self.params), version)
        finally:
            shutil.rmtree(folder / FETCHED, ignore_errors=True)
