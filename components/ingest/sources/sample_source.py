"""The generated sample as a source (`ingest.source: sample`)."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from components.ingest.params import IngestParams
from components.ingest.sources.source import Fingerprint, ImportedImages


@dataclass(frozen=True)
class SampleSource:
    """Signatures drawn from a seed; no layout applies to them."""

    kind: ClassVar[str] = "sample"
    params: IngestParams

    def facts(self) -> Fingerprint:
        """Returns the generator's version and the parameters of the sample."""
        from components.ingest.sample.generate import VERSION

        return {"kind": self.kind, "version": VERSION, **self.params.sample.model_dump()}

    def bring(self, folder: Path) -> ImportedImages:
        """Draws the images."""
        from components.ingest.sample.generate import generate

        return ImportedImages(generate(self.params.sample, folder), {})
