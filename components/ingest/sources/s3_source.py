"""Objects in an S3 store as a source (`ingest.source: s3://bucket/key-or-prefix`)."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from components.ingest import import_images
from components.ingest.params import IngestParams
from components.ingest.sources.source import Fingerprint, ImportedImages
from components.shared.storage.s3 import Store
from components.shared.storage.s3_address import Address


@dataclass(frozen=True)
class S3Source:
    """One archive, or all objects below a prefix."""

    kind: ClassVar[str] = "s3"
    address: Address
    params: IngestParams

    def facts(self) -> Fingerprint:
        """Returns the address, and the sizes and ETags of the objects."""
        from components.ingest.sources import s3_objects

        return s3_objects.find(Store(), self.address, self.params).facts()

    def bring(self, folder: Path) -> ImportedImages:
        """Downloads the objects into the cache and copies or unpacks them."""
        from components.ingest.sources import s3_objects

        store = Store()
        listing = s3_objects.find(store, self.address, self.params)
        path = s3_objects.fetch(store, listing, self.params)
        place = import_images.Place(path, str(self.address))
        return ImportedImages(import_images.from_path(place, folder, self.params), listing.facts())
